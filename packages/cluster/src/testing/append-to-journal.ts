import { openSync, writeSync } from 'node:fs';
import { silentLogger, systemClock } from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';
import { FileJournal } from '../usage-sink/journal/file-journal.ts';

/*
 * A process that a test kills: appends batches as fast as it can and notes each id once it is appended.
 * Parameters: directory of the journals, node id, bytes of a segment, file of the notes.
 */
const [root = '', nodeId = '', segmentBytes = '', notes = ''] = process.argv.slice(2);
const journal = new FileJournal({
  root,
  nodeId,
  leaseMs: 1000,
  segmentBytes: Number(segmentBytes),
  clock: systemClock,
  logger: silentLogger,
});
const said = openSync(notes, 'a');

function append(): void {
  for (let count = 0; count < 20; count += 1) {
    const event = makeUsageEvent({ nodeId });
    journal.append(
      event.requestId,
      JSON.stringify({ v: 1, id: event.requestId, nodeId, events: [event] }),
    );
    writeSync(said, `${event.requestId}\n`);
  }
  setImmediate(append);
}
append();

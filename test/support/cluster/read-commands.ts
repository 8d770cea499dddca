/** One command as a client of Redis sent it. */
export interface RedisCommand {
  /** The bytes on the wire. */
  raw: Buffer;
  /** Its name, in upper case. */
  name: string;
  words: readonly string[];
}

/**
 * Cuts what a client sends into commands (RESP arrays of bulk strings, as every driver writes them).
 *
 * @returns a function that takes the next bytes and answers the commands that are whole now
 */
export function createCommandReader(): (bytes: Buffer) => RedisCommand[] {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const commands: RedisCommand[] = [];
    for (;;) {
      const command = readCommand(rest);
      if (command === undefined) return commands;
      rest = rest.subarray(command.raw.length);
      commands.push(command);
    }
  };
}

/** The command at the beginning; undefined while bytes are missing. @throws for what is no command */
function readCommand(bytes: Buffer): RedisCommand | undefined {
  // A replica that waits for its copy sends line ends, as a sign of life.
  if (bytes[0] === 0x0a) return { raw: bytes.subarray(0, 1), name: '', words: [] };
  const head = readLine(bytes, 0);
  if (head === undefined) return undefined;
  if (!head.text.startsWith('*')) throw new Error(`not a command of Redis: ${head.text}`);
  const words: string[] = [];
  let at = head.end;
  for (let count = Number(head.text.slice(1)); count > 0; count -= 1) {
    const length = readLine(bytes, at);
    if (length === undefined) return undefined;
    const end = length.end + Number(length.text.slice(1));
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.toString('latin1', length.end, end));
    at = end + 2;
  }
  return { raw: bytes.subarray(0, at), name: (words[0] ?? '').toUpperCase(), words };
}

function readLine(bytes: Buffer, start: number): { text: string; end: number } | undefined {
  const end = bytes.indexOf('\r\n', start);
  return end === -1 ? undefined : { text: bytes.toString('latin1', start, end), end: end + 2 };
}

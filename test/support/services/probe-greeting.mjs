import { connect } from 'node:net';

/**
 * Whether a server on this machine answers. Some greet first, others wait to be asked.
 *
 * @param {number} port
 * @param {Buffer | string} question sent after connecting; empty for servers that greet
 * @param {(answer: Buffer) => boolean} isGood
 * @returns {Promise<boolean>}
 */
export function probeGreeting(port, question, isGood) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    /** @param {boolean} isReady */
    const finish = (isReady) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => {
      if (question.length > 0) socket.write(question);
    });
    socket.once('data', (answer) => finish(isGood(answer)));
  });
}

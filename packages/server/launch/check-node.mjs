const OLDEST = [20, 19];

/** Ends the process with an explanation where this Node is too old. Written so that an old Node can read it. */
export function checkNode(version = process.versions.node) {
  if (isSupported(version)) return;
  process.stderr.write(
    `Turnpike needs Node ${OLDEST.join('.')} or newer; this is Node ${version}.\n` +
      'Install a current one from https://nodejs.org, then run the same command again.\n',
  );
  process.exit(1);
}

/** @param {string} version such as `20.19.0` */
function isSupported(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

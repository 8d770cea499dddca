/** Runs the built command line in this process and ends the process with its exit code. */
export async function runGateway(argv) {
  const { runCli } = await import('../dist/index.js');
  process.exit(await runCli(argv));
}

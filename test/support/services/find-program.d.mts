/** The first of these programs that is on the machine. @throws an error that says what to install */
export function requireProgram(names: readonly string[], options: { aptPackage: string }): string;

/** Lets the account that the servers run as use a folder. */
export function givePermission(folder: string): Promise<void>;

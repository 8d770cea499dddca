import { managementErrors, roles, type User } from '@turnpike/core';

/** A caller may act on users whose role is lower than its own; root on everyone. */
export function requireReach(actor: User, target: User): void {
  if (actor.role !== roles.root && actor.role <= target.role)
    throw managementErrors.higherRoleNeeded();
}

/** A role can be given by those who have a higher one; root can give every role. */
export function requireGivableRole(actor: User, role: number): void {
  if (actor.role !== roles.root && actor.role <= role) throw managementErrors.higherRoleNeeded();
}

export function requireNotRoot(target: User): void {
  if (target.role === roles.root) throw managementErrors.rootProtected();
}

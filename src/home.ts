import { homedir, userInfo } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * The user's own folder. `HOME=`, or one that depends on where one stands, would take kubeconfigs and plans from
 * whatever folder that is, and somebody else's may be there.
 */
export function home(named: string = own()): string {
  if (isAbsolute(named)) return named
  try {
    const { homedir: listed } = userInfo()
    return isAbsolute(listed) ? listed : '/'
  } catch {
    // A container's user need not be in the list of users; nobody but root may write here.
    return '/'
  }
}

/** Without HOME and without a line in the list of users, as of a container's user, Node throws. */
function own(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}

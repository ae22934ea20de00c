import { daemonNames, daemonPid } from './daemons.ts'
import { LabError, openLab, type Lab } from './lab.ts'

/** A lab whose API server has ended still has a status. */
async function listed(lab: Lab, args: readonly string[]): Promise<string> {
  try {
    return await lab.kubectl([...args, '--request-timeout=5s'])
  } catch (error) {
    if (error instanceof LabError) return error.message
    throw error
  }
}

/** What runs, and which part has ended; true when nothing has. */
export async function status(): Promise<boolean> {
  const lab = await openLab()
  const names = await daemonNames()
  const ended: string[] = []
  for (const name of names) if ((await daemonPid(name)) === undefined) ended.push(name)
  const lines = [
    `the lab is ${ended.length === 0 ? 'up' : 'damaged'}: ${lab.nodes.length} workers, ` +
      `${names.length - ended.length} of ${names.length} processes run`,
    ...ended.map((name) => `  ended: ${name} (npm run lab -- logs ${name})`),
    ...(ended.length === 0 ? [] : ['  npm run lab -- up   creates it again']),
    `kubeconfig: ${lab.kubeconfig}`,
    '',
    (await listed(lab, ['get', 'nodes', '-o', 'wide'])).trimEnd(),
    '',
    (await listed(lab, ['get', 'pods', '-A', '-o', 'wide'])).trimEnd(),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return ended.length === 0
}

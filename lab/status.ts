import { daemonNames, daemonPid } from './daemons.ts'
import { openLab } from './lab.ts'

/** What runs, and which part has ended; true when nothing has. */
export async function status(): Promise<boolean> {
  const lab = await openLab()
  const names = await daemonNames()
  const ended: string[] = []
  for (const name of names) if ((await daemonPid(name)) === undefined) ended.push(name)
  const lines = [
    `the lab is up: ${lab.nodes.length} workers, ${names.length - ended.length} of ${names.length} processes run`,
    ...ended.map((name) => `  ended: ${name} (npm run lab -- logs ${name})`),
    `kubeconfig: ${lab.kubeconfig}`,
    '',
    (await lab.kubectl(['get', 'nodes', '-o', 'wide'])).trimEnd(),
    '',
    (await lab.kubectl(['get', 'pods', '-A', '-o', 'wide'])).trimEnd(),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return ended.length === 0
}

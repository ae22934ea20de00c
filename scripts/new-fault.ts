// npm run new-fault -- FAMILY/NAME CODE "what it breaks": a fault of the lab and its line in all.ts. What it writes
// compiles, and breaks a selector; every TODO in it is yours.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { camel } from './new-check.ts'

const families = ['dns', 'service', 'ingress', 'policy', 'node', 'gateway', 'controls']

export interface NewFault {
  /** `service/session-lost`. */
  readonly path: string
  /** Of the finding that must name it. */
  readonly code: string
  readonly breaks: string
}

/** Why this can't be a new fault, or null. `all` is the text of lab/faults/all.ts. */
export function faultObjection({ path, code, breaks }: NewFault, all: string): string | null {
  const [family = '', name = ''] = path.split('/')
  if (!/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(path)) return `\`${path}\` is no path: family/name-of-what-breaks`
  if (!families.includes(family)) return `no family \`${family}\`: ${families.join(', ')}`
  if (all.includes(`/${name}.ts'`)) return `there is a fault ${name} already`
  if (!/^[A-Z]{3}\d{3}$/.test(code)) return `\`${code}\` is no code of a finding: npm start -- checks lists them`
  return breaks.trim() === '' || /[.'`]/.test(breaks) ? 'say in one line what it breaks, without a full stop' : null
}

export function faultScaffold({ path, code, breaks }: NewFault): string {
  const [family = '', name = ''] = path.split('/')
  const isControl = family === 'controls'
  return `// TODO: what was seen of it by hand: the command, and its answer.
import { app, objectsOf, service } from '../../breaks/app.ts'
import { namespaceFault } from '../../breaks/namespace-fault.ts'
import { ask } from '../../breaks/request.ts'

const NAMESPACE = 'f-${name}'
const good = app(NAMESPACE)
// TODO: the same application with one thing wrong. What breaks DNS or a node: dns-cache-off.ts, kube-proxy-gone.ts.
const broken = { ...good, cartService: service(NAMESPACE, 'cart', { port: 8080, targetPort: 'http' }, { app: 'crat' }) }

export default namespaceFault({
  name: '${name}',
  kind: '${isControl ? 'control' : 'fault'}',
  breaks: '${breaks}',
  symptom: 'TODO: what a user would report',
  cause: ${isControl ? 'null' : `{ code: '${code}', subject: \`Service/\${NAMESPACE}/cart\` }`},
  namespace: NAMESPACE,
  broken: objectsOf(broken),
  repaired: objectsOf(good),
  inEffect: async (lab) => (await ask(lab, NAMESPACE, 'cart')) === 'refused',
  healthy: async (lab) => (await ask(lab, NAMESPACE, 'web')) === 200,
})
`
}

/** all.ts with one more fault: its import, and its entry, by name. */
export function listFault(all: string, { path }: NewFault): string {
  const name = path.split('/')[1] ?? path
  const entry = `  ${camel(name)},`
  const withEntry = all.replace(
    /(readonly Fault\[\] = \[\n)([\s\S]*?)(\n\])/,
    (_, open: string, list: string, close: string) => {
      const lines = [...list.split('\n'), entry].toSorted((a, b) => a.localeCompare(b, 'en'))
      return `${open}${lines.join('\n')}${close}`
    },
  )
  return `import ${camel(name)} from './${path}.ts'\n${withEntry}`
}

function main([path, code, breaks]: readonly string[]): number {
  if (path === undefined || code === undefined || breaks === undefined) {
    process.stderr.write('usage: npm run new-fault -- FAMILY/NAME CODE "what it breaks"\n')
    return 2
  }
  const it = { path, code, breaks }
  const folder = join(import.meta.dirname, '../lab/faults')
  const all = readFileSync(join(folder, 'all.ts'), 'utf8')
  const wrong = faultObjection(it, all)
  const file = join(folder, `${path}.ts`)
  if (wrong !== null || existsSync(file)) {
    process.stderr.write(`error: ${wrong ?? `${file} is there already`}\n`)
    return 2
  }
  writeFileSync(file, faultScaffold(it))
  writeFileSync(join(folder, 'all.ts'), listFault(all, it))
  const name = path.split('/')[1] ?? path
  process.stdout.write(
    `wrote lab/faults/${path}.ts\nwrote lab/faults/all.ts\n` +
      `next: replace every TODO, then  npm run lab -- fault on ${name}  and  npm run lab -- record ${name}\n`,
  )
  return 0
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))

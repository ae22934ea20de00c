// npm run new-check -- FAMILY/SLUG CODE "title": the three siblings of a check and its line in the registry. What it
// writes compiles, and its test runs; every TODO in it is a decision that only the writer can take.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checks } from '../src/checks/registry.ts'
import { retiredCodes } from '../src/findings/retired-codes.ts'

/** Letters and first digits; DNS and Ingresses are the largest, and have a second hundred. */
const families: Readonly<Record<string, string>> = {
  dns: 'DNS12',
  service: 'SVC23',
  ingress: 'ING34',
  policy: 'POL4',
  node: 'NOD5',
  gateway: 'GTW7',
  capture: 'PKT7',
  spans: 'SPN9',
  mesh: 'MSH8',
}

export interface NewCheck {
  /** `service/session-lost`. */
  readonly slug: string
  readonly code: string
  readonly title: string
}

/** Why this can't be a new check, or null. */
export function objection({ slug, code, title }: NewCheck): string | null {
  const prefix = families[slug.split('/')[0] ?? '']
  if (!/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return `\`${slug}\` is no slug: family/name-of-the-bad-thing`
  if (prefix === undefined) return `no family \`${slug.split('/')[0]}\`: ${Object.keys(families).join(', ')}`
  const [letters, first, last] = [prefix.slice(0, 3), prefix.charAt(3), prefix.slice(-1)]
  if (!new RegExp(`^${letters}[${first}-${last}]\\d\\d$`).test(code))
    return (
      `a code of this family is ${letters}${first}00 to ${letters}${last}99, ` +
      `and the next free one ${nextFree(prefix)}`
    )
  if (checks.some((it) => it.code === code)) return `${code} is taken; the next free one is ${nextFree(prefix)}`
  if (retiredCodes.includes(code))
    return `${code} was retired, and a code is never used again; the next free one is ${nextFree(prefix)}`
  if (checks.some((it) => it.slug === slug)) return `there is a check ${slug} already`
  if (title.trim() === '' || /[.!?]$/.test(title) || title.length > 70)
    return 'a title names the bad thing in at most 70 characters, without a full stop'
  return null
}

function nextFree(prefix: string): string {
  const letters = prefix.slice(0, 3)
  const used = [...checks.map((it) => it.code), ...retiredCodes]
    .filter((it) => it.startsWith(letters) && prefix.slice(3).includes(it.charAt(3)))
    .map((it) => Number(it.slice(3)))
  return `${letters}${Math.max(Number(`${prefix.charAt(3)}00`), ...used) + 1}`
}

/** The three siblings, by their paths from the root. */
export function scaffold({ slug, code, title }: NewCheck): ReadonlyMap<string, string> {
  const name = slug.split('/')[1] ?? slug
  const quoted = title.includes("'") ? `"${title}"` : `'${title}'`
  return new Map([
    [
      `src/checks/${slug}.ts`,
      `import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'

/** TODO: why the world is like this, in two sentences. Not what the code does: that is below. */
export default check({
  code: '${code}',
  slug: '${slug}',
  title: ${quoted},
  fine: 'TODO: the same as good news',
  severity: 'warning',
  // TODO: the least that this needs. What would make it surer goes into \`wants\`.
  needs: ['services'],
  remedies: [],
  decides: [],

  run({ services }) {
    if (services.length === 0) return notApplicable('no Service here')
    return services.map(judge)
  },

  words: {
    headline: ({ subject: on, args }) => \`Service \${on.namespace}/\${on.name} offers \${args.ports} ports.\`,
    detail: ({ subject: on, args }) => \`service \${on.namespace}/\${on.name} · \${args.ports} ports\`,
    note: () => null,
    help: ({ subject: on }) => ['name a port', \`kubectl -n \${on.namespace} get service \${on.name} -o yaml\`],
  },
})

/** TODO: the fault itself. Here, as an example, a Service without a port. */
function judge(service: Service) {
  if (service.ports.length > 0) return ok(1)
  return finding({
    subject: subject('Service', service.namespace, service.name),
    confidence: 'inferred',
    args: { ports: service.ports.length },
    evidence: [{ kind: 'fact', label: 'ports', value: 'none' }],
  })
}
`,
    ],
    [
      `src/checks/${slug}.test.ts`,
      `import { service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import check from './${name}.ts'

// TODO: a row for the fault, for what only looks like it, and for what can't be told.
describeCheck(check, [
  {
    it: 'without a port',
    given: { services: [service('cart', { ports: [] })] },
    expect: [{ subject: 'Service/shop/cart', confidence: 'inferred' }],
  },
  { it: 'with a port', given: { services: [service('cart')] }, expect: 'ok' },
  { it: 'no Service', given: { services: [] }, expect: 'not-applicable' },
  {
    it: 'Services forbidden',
    given: modelOf({}, { services: unknown('forbidden', 'list services in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
`,
    ],
    [
      `src/checks/${slug}.md`,
      `# ${code} ${title}

## What it means

TODO: what a user notices, and how far it reaches.

## How we know

TODO: what is measured or read, with the thresholds of the code.

## Why it happens

TODO: the mechanism, most frequent cause first.

## Fix

TODO: the cure, when not to use it, and what is no cure.

## Confirm by hand

\`\`\`
kubectl get services
\`\`\`

## When this is not your problem

TODO: what looks like this, and the code of that.

## References

- TODO: standards, source files, upstream issues by name
`,
    ],
  ])
}

/** The registry with one more check: its import and its entry, both before the next higher code. */
export function register(registry: string, { slug, code }: NewCheck): string {
  const entries = [...registry.matchAll(/^ {2}(\w+), \/\/ ([A-Z]{3}\d{3})$/gm)].map((it) => ({
    line: it[0],
    variable: it[1] ?? '',
    code: it[2] ?? '',
  }))
  const [family = '', name = ''] = slug.split('/')
  const plain = camel(name)
  const variable = entries.some((it) => it.variable === plain) ? camel(`${family}-${name}`) : plain
  const entry = `  ${variable}, // ${code}\n`
  const imported = `import ${variable} from './${slug}.ts'\n`
  const next = entries.find((it) => it.code > code)
  const withEntry =
    next === undefined
      ? registry.replace(/^\]$/m, `${entry}]`)
      : registry.replace(`${next.line}\n`, `${entry}${next.line}\n`)
  const last = [...withEntry.matchAll(/^import .*\n/gm)].at(-1)
  if (last === undefined) throw new Error('the registry has no imports')
  const end = last.index + last[0].length
  return `${withEntry.slice(0, end)}${imported}${withEntry.slice(end)}`
}

export function camel(words: string): string {
  return words.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function main([slug, code, title]: readonly string[]): number {
  if (slug === undefined || code === undefined || title === undefined) {
    process.stderr.write('usage: npm run new-check -- FAMILY/SLUG CODE "title"\n')
    return 2
  }
  const it = { slug, code, title }
  const root = join(import.meta.dirname, '..')
  const wrong = objection(it)
  const taken = [...scaffold(it).keys()].find((path) => existsSync(join(root, path)))
  if (wrong !== null || taken !== undefined) {
    process.stderr.write(`error: ${wrong ?? `${taken} is there already`}\n`)
    return 2
  }
  for (const [path, content] of scaffold(it)) writeFileSync(join(root, path), content)
  const registry = join(root, 'src/checks/registry.ts')
  writeFileSync(registry, register(readFileSync(registry, 'utf8'), it))
  process.stdout.write(
    `${[...scaffold(it).keys(), 'src/checks/registry.ts'].map((path) => `wrote ${path}`).join('\n')}\n` +
      `next: replace every TODO, then  npx vitest run src/checks/${slug}.test.ts test/meta  and  npm run docs\n`,
  )
  return 0
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))

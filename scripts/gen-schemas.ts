// npm run schemas: writes schemas/*.json and the generated part of docs/json.md from src/report/schemas, so that none
// can drift from what `-o json` prints; with --check it only says what differs, and exits 1.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema'
import { planFile } from '../src/plan/stored.ts'
import { type OutputSchema, outputSchemas } from '../src/report/schemas/all.ts'

const all: readonly OutputSchema[] = [
  ...outputSchemas,
  {
    name: 'fix-plan',
    id: 'hopscope/fix-plan/1',
    commands: ['hopscope fix CODE --plan'],
    about: 'the file of a plan, which `fix --apply` takes',
    schema: planFile,
  },
]

const root = join(import.meta.dirname, '..')
const page = 'docs/json.md'
const markers = /(<!-- fields -->\n)[\s\S]*?(<!-- \/fields -->)/

const schemaOf = ({ id, about, commands, schema }: OutputSchema): JsonSchema => {
  const { $schema, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    errorMode: 'throw',
    ignoreActions: ['check'],
  })
  return {
    ...($schema === undefined ? {} : { $schema }),
    $id: `urn:${id.replaceAll('/', ':')}`,
    title: `${commands.join(', ')}: ${about}`,
    ...rest,
  }
}

function fieldsTable(it: OutputSchema): readonly string[] {
  const { properties, anyOf, oneOf } = schemaOf(it)
  const lines = properties === undefined ? (anyOf ?? oneOf ?? []) : [{ properties }]
  return [
    '',
    `### \`${it.id}\``,
    '',
    `${it.commands.map((one) => `\`${one}\``).join(', ')}: ` +
      `${it.about}. [schemas/${it.name}.json](../schemas/${it.name}.json)`,
    ...lines.flatMap((line) => [
      '',
      '| field | | |',
      '|---|---|---|',
      ...Object.entries(typeof line === 'boolean' ? {} : (line.properties ?? {})).map(
        ([field, of]) => `| \`${field}\` | ${kindOf(of)} | ${typeof of === 'boolean' ? '' : (of.description ?? '')} |`,
      ),
    ]),
  ]
}

function kindOf(schema: JsonSchema | boolean): string {
  if (typeof schema === 'boolean') return 'any'
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((it) => `\`${String(it)}\``).join(' ')
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return [...new Set(either.map(kindOf))].join(' or ')
  if (schema.type === 'array' && schema.items !== undefined && !Array.isArray(schema.items))
    return `list of ${kindOf(schema.items)}`
  return typeof schema.type === 'string' ? schema.type : 'any'
}

const files: ReadonlyMap<string, string> = new Map<string, string>([
  ...all.map((it) => [`schemas/${it.name}.json`, `${JSON.stringify(schemaOf(it), null, 2)}\n`] as const),
  [
    page,
    readFileSync(join(root, page), 'utf8').replace(
      markers,
      (_, open: string, close: string) => `${open}${all.flatMap(fieldsTable).join('\n')}\n\n${close}`,
    ),
  ] as const,
])

mkdirSync(join(root, 'schemas'), { recursive: true })
const stale = readdirSync(join(root, 'schemas')).flatMap((it) => (files.has(`schemas/${it}`) ? [] : [`schemas/${it}`]))
const held = (file: string): string | null => {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch {
    return null
  }
}
const differs = [...files].flatMap(([file, text]) => (held(file) === text ? [] : [file]))

if (process.argv.includes('--check')) {
  for (const it of [...differs, ...stale]) process.stdout.write(`${it} is not what the code says: npm run schemas\n`)
  process.exitCode = differs.length + stale.length === 0 ? 0 : 1
} else {
  for (const it of stale) rmSync(join(root, it))
  for (const it of differs) writeFileSync(join(root, it), files.get(it) ?? '')
}

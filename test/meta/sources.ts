import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

/** Paths under `folder` from the repository's root, sorted; '/' on every system. */
export function filesIn(folder: string, matches: (path: string) => boolean): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => relative(root, join(it.parentPath, it.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('/node_modules/') && matches(path))
    .toSorted()
}

/** What ships: every source file under src but the tests. */
export const shipped = filesIn('src', (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** What a file imports, as written: at the start of a line, so that an import in a string is none. */
export function importsOf(text: string): readonly string[] {
  const from = [...text.matchAll(/^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'/gm)]
  const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)]
  return [...from, ...dynamic].map((it) => it[1] ?? '')
}

/** Source text without comments and the contents of strings, line for line. */
export function codeOf(text: string): string {
  return text.replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
    (part) => part.replaceAll(/[^\n]/g, ' '),
  )
}

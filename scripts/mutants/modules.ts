// The modules of the tests and of what they test, compiled once and evaluated as often as there are mutants: a mutant
// may stand in a constant, which is decided when its module is loaded. Only what imports the mutant's file is evaluated
// again.
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A module as CommonJS, and the specifiers that it asks for. */
export interface Compiled {
  readonly code: string
  readonly requires: readonly string[]
}

type Evaluate = (
  require: (specifier: string) => unknown,
  module: { exports: object },
  meta: { readonly dirname: string; readonly filename: string; readonly url: string },
  mutant: (id: number) => boolean,
) => void

export interface Modules {
  /** The module of this path; `instead` is what it gets for 'vitest'. */
  load(path: string, vitest: object): void
  /** Forgets these, so that the next load evaluates them. */
  forget(paths: Iterable<string>): void
}

export async function modules(
  root: string,
  compiled: Readonly<Record<string, Compiled>>,
  mutant: (id: number) => boolean,
): Promise<Modules> {
  const packages = new Map<string, unknown>()
  for (const specifier of new Set(Object.values(compiled).flatMap((it) => it.requires))) {
    if (specifier.startsWith('.') || specifier === 'vitest' || isBuiltin(specifier)) continue
    packages.set(specifier, { ...((await import(specifier)) as object), __esModule: true })
  }
  const evaluates = new Map<string, Evaluate>()
  const loaded = new Map<string, { exports: object }>()

  const load = (path: string, vitest: object): object => {
    const known = loaded.get(path)
    if (known !== undefined) return known.exports
    if (path.endsWith('.json')) return JSON.parse(readFileSync(join(root, path), 'utf8')) as object
    const module = { exports: {} }
    loaded.set(path, module)
    const filename = join(root, path)
    const evaluate = evaluates.get(path) ?? compile(compiled[path]?.code, filename)
    evaluates.set(path, evaluate)
    const require = (specifier: string): unknown => {
      if (specifier.startsWith('.')) return load(join(dirname(path), specifier), vitest)
      if (specifier === 'vitest') return vitest
      return isBuiltin(specifier) ? process.getBuiltinModule(specifier) : packages.get(specifier)
    }
    try {
      const meta = { dirname: dirname(filename), filename, url: pathToFileURL(filename).href }
      evaluate(require, module, meta, mutant)
    } catch (error) {
      loaded.delete(path)
      throw error
    }
    return module.exports
  }

  return {
    load: (path, vitest) => void load(path, vitest),
    forget: (paths) => {
      for (const path of paths) loaded.delete(path)
    },
  }
}

function compile(code: string | undefined, filename: string): Evaluate {
  if (code === undefined) throw new Error(`${filename} was not compiled`)
  const names = ['require', 'module', '__meta', '__mutant']
  // oxlint-disable-next-line no-new-func -- the project's own files, each compiled once
  return new Function(...names, `const { exports } = module;${code}\n//# sourceURL=${filename}`) as Evaluate
}

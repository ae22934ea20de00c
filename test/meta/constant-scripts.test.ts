import { expect, test } from 'vitest'
import { codeOf, read, shipped } from './sources.ts'

/*
 * Text of a cluster, a file or a flag is never part of a script. The types say so: `exec` takes what `shell` and `cat`
 * of src/kube/container-command.ts make, and `shell` takes what the tag `script` makes, which has no substitutions.
 * Here the ways around the types are closed.
 */
const door = 'src/kube/container-command.ts'
const others = shipped.filter((it) => it !== door)

function linesWith(
  pattern: RegExp,
  files: readonly string[],
  of: (text: string) => string = codeOf,
): readonly string[] {
  return files.flatMap((path) =>
    of(read(path))
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  )
}

test('nobody but the door makes a script or a command by a cast', () => {
  expect(
    linesWith(
      /\bas\s+(?:unknown\s+as\s+)?(?:ConstantScript|ContainerCommand|DnsName|IpAddress)\b/,
      others.filter((it) => it !== 'src/wire/dns-name.ts'),
    ),
  ).toEqual([])
})

test('`script` is a tag, never called', () => {
  const users = others.filter((it) =>
    /import \{[^}]*\bscript\b[^}]*\} from '[^']*container-command\.ts'/.test(read(it)),
  )
  expect(users).toEqual([
    'src/probe/capture/capture-script.ts',
    'src/probe/ingress/config-scripts.ts',
    'src/probe/inside/crossing-script.ts',
    'src/probe/inside/inside-script.ts',
    'src/probe/pods/hold-script.ts',
  ])
  expect(linesWith(/\bscript\s*\(|\bscript\.|[=(,]\s*script\s*[,)]/, users)).toEqual([])
})

test('a script has no substitution', () => {
  const found = others.flatMap((path) =>
    [...read(path).matchAll(/\bscript`((?:[^`\\]|\\[\s\S])*)`/g)].flatMap(([, text = '']) =>
      /(?<!\\)\$\{/.test(text) ? [path] : [],
    ),
  )
  expect(found).toEqual([])
  expect([...read('src/probe/inside/inside-script.ts').matchAll(/\bscript`/g)].length).toBeGreaterThan(5)
})

test('no other file names a shell, nor lets Node start one', () => {
  const withoutComments = (text: string): string =>
    text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) => part.replaceAll(/[^\n]/g, ' '))
  expect(linesWith(/(['"`])(?:\/bin\/)?(?:sh|bash|ash|dash)\1/, others, withoutComments)).toEqual([])
  expect(linesWith(/\bexecSync\b|\bshell:\s*true|\bexec\b[^'\n]*node:child_process/, others)).toEqual([])
})

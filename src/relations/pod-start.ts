import type { Container } from '../model/pod.ts'

const whys: Readonly<Record<NonNullable<Container['endStart']>, string>> = {
  'exec-format':
    'at its end it said "exec format error": its image is built for another architecture than its node has, or a ' +
    'script begins without `#!`',
  'no-program': 'its program never ran: its image has none as its command names',
  'not-executable': 'its program never ran: it may not be executed',
  'no-workdir': 'its program never ran: its image has no such workingDir, or it may not be entered',
  'no-mount': 'its program never ran: a volume cannot be mounted where it should be, as a file on a directory',
  'no-user': 'its program never ran: its image knows no such user as it should run as',
  'little-memory': 'its program never ran: its memory limit is too small to start anything',
}

type Ended = Pick<Container, 'endStart' | 'endProgram'>

/**
 * Why a program never ran, and which; null where it did. A command is a list of words (core/v1 types.go,
 * Container.command): one that holds a blank is looked for as one file by that name.
 */
export function neverRan({ endStart, endProgram }: Ended): string | null {
  if (endStart === undefined) return null
  if (endProgram === undefined || !/^no-program$|^not-executable$/.test(endStart)) return whys[endStart]
  const words = /\S\s+\S/.test(endProgram) ? ', which is one word with a blank in it: `command` is a list of words' : ''
  return `${whys[endStart]} (${endProgram.replaceAll(/[“”"`]/g, "'")})${words}`
}

/** The runtime failed before the program ran (pkg/kubelet, containerd's StartError): there is no log of it. */
export function hasNoLog({ lastTermination, waiting }: Pick<Container, 'lastTermination' | 'waiting'>): boolean {
  if (lastTermination !== null) return /^(?:StartError|ContainerCannotRun)$/.test(lastTermination)
  return /^(?:Run|Create)Container(?:Config)?Error$/.test(waiting ?? '')
}

import { redact } from '../kube/redact.ts'
import type { ClusterDns } from '../model/cluster-dns.ts'
import type { Container, Pod } from '../model/pod.ts'
import type { SourceName, Sources } from '../model/sources.ts'

const mask = '[redacted]'

const secretWord = /token|password|passwd|secret|credential|access[-_]?key|api[-_]?key|private[-_]?key/i

/** Text with tokens, keys, `password=…` and credentials inside URLs masked. Names, addresses and line ends stay. */
export function redactText(text: string): string {
  return redact(text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${mask}@`))
}

/** Plug-ins such as `route53`, `azure`, `tsig` and `etcd` take secrets as words after a directive's name. */
export function redactCorefile(text: string): string {
  return redactText(text).replace(/^([^\S\n]*)(\S+)([^\S\n]+)(\S[^\n]*)$/gm, (line: string, indent: string, name: string, gap: string, rest: string) => {
    if (!secretWord.test(name)) return line
    return `${indent}${name}${gap}${mask}${/\{\s*$/.test(rest) ? ' {' : ''}`
  })
}

/** A command line: `--token=x` and `--token x`. */
export function redactArgs(args: readonly string[]): readonly string[] {
  return args.map((arg, index) => {
    const before = args[index - 1] ?? ''
    const isValue = /^--?[^=]+$/.test(before) && secretWord.test(before) && !arg.startsWith('-')
    if (isValue) return mask
    const [, flag] = /^(--?[^=]+)=/.exec(arg) ?? []
    return flag !== undefined && secretWord.test(flag) ? `${flag}=${mask}` : redactText(arg)
  })
}

/**
 * A source's value, or one item of a list source, as it goes into a file: its text artefacts redacted. Objects hold
 * nothing secret by construction: environment values, annotations and Secrets never come out of the projections.
 */
export function redacted<K extends SourceName>(source: K, value: Sources[K] | Item<K>): unknown {
  const rule: ((value: never) => unknown) | undefined = rules[source]
  return rule === undefined ? value : rule(value as never)
}

type Item<K extends SourceName> = Sources[K] extends readonly (infer T)[] ? T : never

const rules: { readonly [K in SourceName]?: (value: Sources[K] extends readonly (infer T)[] ? T : Sources[K]) => unknown } = {
  pods: redactPod,
  nodes: (it) => (it.readyMessage === null ? it : { ...it, readyMessage: redactText(it.readyMessage) }),
  clusterDns: redactDns,
  dnsServerLogs: (it) => ({ ...it, signs: it.signs.map((one) => ({ ...one, said: redactText(one.said) })) }),
  insideViews: (it) => (it.resolvConf.known ? { ...it, resolvConf: { known: true, value: redactText(it.resolvConf.value) } } : it),
}

function redactPod(pod: Pod): Pod {
  if (pod.notReadyReason === null && pod.containers.every((it) => it.args.length === 0)) return pod
  return { ...pod, notReadyReason: pod.notReadyReason === null ? null : redactText(pod.notReadyReason), containers: pod.containers.map(redactContainer) }
}

function redactContainer(it: Container): Container {
  return it.args.length === 0 ? it : { ...it, args: redactArgs(it.args) }
}

function redactDns(dns: ClusterDns): ClusterDns {
  return { ...dns, pods: dns.pods.map(redactPod), corefile: dns.corefile.known ? { known: true, value: redactCorefile(dns.corefile.value) } : dns.corefile }
}

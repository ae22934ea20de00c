import type { ClusterDns } from '../model/cluster-dns.ts'
import type { Known } from '../model/known.ts'
import type { Container, Pod } from '../model/pod.ts'
import type { SourceName, Sources } from '../model/sources.ts'
import { redactCorefile } from '../wire/redact-corefile.ts'
import { redactArgs, redactText } from '../wire/secrets.ts'

/**
 * A source's value, or one item of a list source, as it goes into a file: its text artefacts redacted. Objects hold
 * nothing secret by construction: environment values, annotations and Secrets never come out of the projections.
 */
export function redacted<K extends SourceName>(source: K, value: Sources[K] | Item<K>): unknown {
  const rule: ((value: never) => unknown) | undefined = rules[source]
  return rule === undefined ? value : rule(value as never)
}

type Item<K extends SourceName> = Sources[K] extends readonly (infer T)[] ? T : never

const rules: {
  readonly [K in SourceName]?: (value: Sources[K] extends readonly (infer T)[] ? T : Sources[K]) => unknown
} = {
  pods: redactPod,
  nodes: (it) => (it.readyMessage === null ? it : { ...it, readyMessage: redactText(it.readyMessage) }),
  clusterDns: redactDns,
  dnsServerLogs: (it) => ({ ...it, signs: it.signs.map((one) => ({ ...one, said: redactText(one.said) })) }),
  insideViews: (it) => ({
    ...it,
    resolvConf: redactFile(it.resolvConf),
    ...(it.resolving === undefined ? {} : { resolving: { ...it.resolving, hosts: redactFile(it.resolving.hosts) } }),
  }),
}

function redactFile(file: Known<string>): Known<string> {
  return file.known ? { known: true, value: redactText(file.value) } : file
}

function redactPod(pod: Pod): Pod {
  if (pod.notReadyReason === null && pod.containers.every((it) => it.args.length === 0)) return pod
  return {
    ...pod,
    notReadyReason: pod.notReadyReason === null ? null : redactText(pod.notReadyReason),
    containers: pod.containers.map(redactContainer),
  }
}

function redactContainer(it: Container): Container {
  return it.args.length === 0 ? it : { ...it, args: redactArgs(it.args) }
}

function redactDns(dns: ClusterDns): ClusterDns {
  return {
    ...dns,
    pods: dns.pods.map(redactPod),
    corefile: dns.corefile.known ? { known: true, value: redactCorefile(dns.corefile.value) } : dns.corefile,
  }
}

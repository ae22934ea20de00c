import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { Container, Pod } from '../../model/pod.ts'
import { corefileEvidence, corefileObject, importsFiles } from '../../relations/dns/corefile-text.ts'
import { isServerImage, serverContainer } from '../../relations/dns/dns-servers.ts'
import { isLive } from '../../relations/service/service-selects-pod.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import type { Corefile, CorefilePlugin } from '../../wire/corefile.ts'
import { readableCorefile } from './readable-corefile.ts'
import { bySelector, restart, serverArgs } from './server-words.ts'

/**
 * Pods of CoreDNS are ready when :8181/ready answers and live while :8080/health does; each is served by a plugin of
 * that name, or by nobody (coredns plugin/ready, plugin/health).
 */
export default check({
  code: 'DNS180',
  slug: 'dns/probe-without-plugin',
  title: 'the kubelet asks for a page that the Corefile does not serve',
  fine: 'the pages that the kubelet asks of CoreDNS are served',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const read = readableCorefile(clusterDns)
    if (read.kind !== 'readable') return read
    const servers = clusterDns.pods.filter(isLive).flatMap((pod) => {
      const container = serverContainer(pod)
      return container === null || !isServerImage(container.image) ? [] : [{ pod, container }]
    })
    const [first] = servers
    if (first === undefined) return notApplicable('no pod of CoreDNS is known')
    if (importsFiles(read.whole)) return notApplicable('parts of the Corefile stand in files that were not read')
    const asked = (['readiness', 'liveness', 'startup'] as const).flatMap((kind) => {
      const page = pageOf(first.container, kind)
      return page === null ? [] : [{ kind, page }]
    })
    if (asked.length === 0) return notApplicable('the kubelet asks CoreDNS for no page')
    return asked.map(({ kind, page }) =>
      servedBy(read.whole, page)
        ? ok(servers.length)
        : judge(
            { kind, page },
            { dns: clusterDns, text: read.text, pods: servers.map((it) => it.pod), corefile: read.whole },
          ),
    )
  },

  words: {
    headline: ({ args }) =>
      args.well
        ? `The next start of CoreDNS is not ${args.state}: the Corefile has no \`${args.plugin}\` on port ` +
          `${args.port}, which its ${args.kind} probe asks.`
        : `CoreDNS is not ${args.state}: its ${args.kind} probe asks :${args.port}/${args.plugin}, and the ` +
          `Corefile ${args.has}.`,
    detail: ({ subject: on, args }) =>
      `${on.kind} ${on.namespace}/${on.name} · ${args.ready} of ${args.pods} pods ready · ` +
      `${args.kind} probe ${args.probe}`,
    note: ({ args }) =>
      args.kind === 'readiness'
        ? 'the server itself may answer well: a pod that is not ready gets no queries from the DNS Service'
        : 'the kubelet ends and starts a container whose page does not answer',
    help: ({ subject: on, args }) => [
      `put \`${args.line}\` into a server block of the Corefile: one is enough for all of them`,
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      ...restart(`${on.namespace}`, args),
      `kubectl -n ${on.namespace} describe pods ${bySelector(args)}`,
    ],
  },
})

type Kind = 'readiness' | 'liveness' | 'startup'

interface Page {
  readonly plugin: 'ready' | 'health'
  readonly port: number
  /** In kubectl's words. */
  readonly probe: string
}

const usual: Readonly<Record<Page['plugin'], number>> = { ready: 8181, health: 8080 }

/** Only what one of the two plugins would serve: another page is somebody else's. */
function pageOf(container: Container, kind: Kind): Page | null {
  const probe = {
    readiness: container.readinessProbe,
    liveness: container.livenessProbe,
    startup: container.startupProbe,
  }[kind]
  const [, at, path] = /^http-get :([^/]+)\/(ready|health)$/.exec(probe ?? '') ?? []
  if (probe === null || probe === undefined || at === undefined || (path !== 'ready' && path !== 'health')) return null
  const port = /^\d+$/.test(at) ? Number(at) : container.ports.find((it) => it.name === at)?.port
  return port === undefined ? null : { plugin: path, port, probe }
}

function servedBy(corefile: Corefile, { plugin, port }: Page): boolean {
  return all(corefile, plugin).some((it) => portOf(it, plugin) === port || portOf(it, plugin) === null)
}

function all(corefile: Corefile, name: string): readonly CorefilePlugin[] {
  return corefile.servers.flatMap((it) => it.plugins).filter((it) => it.name === name)
}

/** `ready 0.0.0.0:8182`; null where an environment variable says it. */
function portOf({ args }: CorefilePlugin, plugin: Page['plugin']): number | null {
  const [at] = args
  if (at === undefined) return usual[plugin]
  const [, port] = /:(\d+)$/.exec(at) ?? []
  return port === undefined ? null : Number(port)
}

interface Around {
  readonly dns: ClusterDns
  readonly text: string
  readonly pods: readonly Pod[]
  readonly corefile: Corefile
}

function judge({ kind, page }: { readonly kind: Kind; readonly page: Page }, around: Around) {
  const { dns, text, pods, corefile } = around
  const ready = pods.filter((it) => it.ready).length
  // One that is ready runs a text that serves the page.
  const well = ready > 0
  const [elsewhere] = all(corefile, page.plugin)
  const line = page.port === usual[page.plugin] ? page.plugin : `${page.plugin} :${page.port}`
  return finding({
    subject: corefileObject(dns),
    confidence: 'inferred',
    severity: well ? 'warning' : 'error',
    args: {
      ...serverArgs(dns),
      kind,
      plugin: page.plugin,
      port: page.port,
      probe: page.probe,
      state: kind === 'readiness' ? 'ready' : 'let live',
      has:
        elsewhere === undefined
          ? `has no \`${page.plugin}\``
          : `has \`${[page.plugin, ...elsewhere.args].join(' ')}\` (line ${elsewhere.line})`,
      ready,
      pods: pods.length,
      line,
      well,
    },
    evidence: [
      corefileEvidence(dns, text, {
        line: elsewhere?.line ?? corefile.servers[0]?.line ?? 1,
        mark: elsewhere === undefined ? (corefile.servers[0]?.keys[0] ?? '') : page.plugin,
        label: elsewhere === undefined ? `no \`${page.plugin}\` in it` : `not port ${page.port}`,
      }),
      { kind: 'fact', label: `${kind} probe`, value: page.probe },
    ],
    causes: well ? [] : [dnsServersDown, ...(kind === 'readiness' ? [] : [dnsServerCrash])],
  })
}

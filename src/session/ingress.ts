import { type IngressConf, ingressConfOf } from '../answers/ingress-conf.ts'
import { type IngressRoute, ingressRoutesOf } from '../answers/ingress-routes.ts'
import type { Diagnosis } from '../engine.ts'
import type { Model } from '../model/sources.ts'
import { type Subject, subject } from '../model/subject.ts'
import { readIngressConfigs } from '../probe/ingress/ingress-configs.ts'
import { announceIngressConfigs, planIngressConfigs } from '../probe/ingress/plan-ingress-configs.ts'
import { ToolError } from '../tool-error.ts'
import { fromOutside } from '../wire/outside.ts'
import type { ClusterAsk, ProbeAsk } from './asks.ts'
import type { Caller } from './events.ts'
import { gather } from './gather.ts'
import { type Ended, withCluster } from './with-cluster.ts'

export interface ConfAsk extends ClusterAsk, ProbeAsk {
  readonly url: string
}

/** Reads the objects that the URL names, then the configuration of the controllers that serve them; makes no pod. */
export async function confOfUrl(ask: ConfAsk, caller: Caller): Promise<Ended<IngressConf>> {
  const asked = hostAndPath(ask.url)
  return withCluster(ask, caller, async (frame) => {
    const { cluster, signal, tell } = frame
    const { model } = await gather(frame, ask.url, { ...ask, probe: false, nodeAccess: false })
    const plan = planIngressConfigs(model)
    if (ask.exec !== false)
      for (const line of announceIngressConfigs(plan, ask.logs === false ? 'left-out' : 'allowed'))
        tell({ kind: 'announce', line })
    const read = fromOutside(
      await readIngressConfigs(cluster, plan, { exec: ask.exec !== false, settled: () => Promise.resolve(), signal }),
    )
    if (!read.known)
      throw new ToolError(
        'probe-failed',
        `no configuration of an ingress controller could be read: ${read.why.detail}`,
        'it takes pods/exec in the namespace of the controller: deploy/rbac-ingress.yaml',
      )
    return ingressConfOf({ ...model, sources: { ...model.sources, ingressConfigs: read } }, asked)
  })
}

/** `https://web.example.com/cart`: nginx compares names without case, and never sees the port. */
function hostAndPath(url: string): { readonly host: string; readonly path: string } {
  const made = URL.canParse(url) ? new URL(url) : null
  if (made === null || !/^https?:$/.test(made.protocol))
    throw new ToolError('usage', `\`${url}\` is no URL`, 'hopscope ingress conf https://web.example.com/cart')
  return { host: made.hostname.toLowerCase(), path: made.pathname }
}

/** What routes HTTP and is no Ingress, by name. */
export function routingBesides({ sources }: Model): readonly Subject[] {
  const { gatewayRoutes, httpProxies } = sources
  return [
    ...(gatewayRoutes.known ? gatewayRoutes.value : []).map((it) => subject(it.kind, it.namespace, it.name)),
    ...(httpProxies.known ? httpProxies.value : []).map((it) => subject('HTTPProxy', it.namespace, it.name)),
  ]
}

/** The routes of a diagnosis, each with the worst that was found on it. */
export function routesIn(model: Model, { results }: Diagnosis): readonly IngressRoute[] {
  return ingressRoutesOf(
    model,
    results.flatMap(({ check, findings }) => findings.map((finding) => ({ finding, title: check.title }))),
  )
}

import type { Cluster } from '../../kube/cluster.ts'
import { type ConstantScript, shell } from '../../kube/container-command.ts'
import { endpointSlices, ingresses } from '../../kube/resources.ts'
import { type Known, known, leftOut, unknown } from '../../model/known.ts'
import type { ControllerConfig, IngressConfigs, RefusedConf } from '../../model/ingress-config.ts'
import { parseNginxBackends } from '../../wire/nginx-backends.ts'
import { parseNginxConf, type NginxConf } from '../../wire/nginx-conf.ts'
import { controllerSigns, type ControllerLog, type ControllerSign } from '../../wire/nginx-controller-log.ts'
import { placeIn } from '../../wire/nginx-place.ts'
import {
  askApiServer,
  mostConfBytes,
  readBackends,
  readF5Conf,
  readNginxConf,
  readRefusedConf,
} from './config-scripts.ts'
import { changedBetween, endpointMarks, ingressMark, readyOf, rulesOf } from './object-marks.ts'
import { latelyOf, readLateLog } from './said-lately.ts'
import type { ConfigSpec, IngressConfigPlan } from './plan-ingress-configs.ts'

/** A controller takes up what changed at most every 3.3 s (--sync-rate-limit 0.3), and Lua a second later. */
export const settleMs = 5000

const timeoutMs = 20_000
/** Between them stand the requests of users, which are not kept. */
const mostLines = 5000
const [hour, twoMinutes] = [3600, 120]

/** What the controllers run; `not-there` where no nginx controller serves the Ingresses in scope. */
export async function readIngressConfigs(
  cluster: Cluster,
  plan: IngressConfigPlan,
  {
    exec,
    settled,
    signal,
  }: { readonly exec: boolean; readonly settled: () => Promise<void>; readonly signal: AbortSignal },
): Promise<Known<IngressConfigs>> {
  if (plan.specs.length === 0)
    return unknown('not-there', 'no ingress-nginx or F5 controller was found that serves an Ingress here')
  if (!exec) return unknown('not-asked', leftOut('--no-exec'))
  // Before the probe's own requests are among them.
  const late = await Promise.all(plan.specs.map((it) => readLateLog(cluster, it, signal)))
  await settled()
  const read = await Promise.all(plan.specs.map((it) => readController(cluster, it, signal)))
  const controllers = read.map((it, index) => ({ ...it, lately: latelyOf(late[index], it, plan) }))
  const [refused] = controllers.flatMap(({ conf }) => (conf.known ? [] : [conf]))
  if (refused !== undefined && controllers.every(({ conf }) => !conf.known)) return refused
  return known({ controllers, changed: await changedSince(cluster, plan, signal) })
}

async function readController(cluster: Cluster, spec: ConfigSpec, signal: AbortSignal): Promise<ControllerConfig> {
  const { namespace, pod, container, product, statusPort } = spec
  const own = product === 'ingress-nginx'
  const run = (text: ConstantScript, ...args: readonly number[]): Promise<Known<string>> =>
    output(cluster, spec, { text, args, signal })
  const [conf, backends, refused, log, api] = await Promise.all([
    run(own ? readNginxConf : readF5Conf),
    own ? run(readBackends, statusPort) : unknown('not-there', 'this product keeps its pods in nginx.conf'),
    own ? run(readRefusedConf) : unknown('not-there', 'this product keeps no refused configuration'),
    readLog(cluster, spec, signal),
    run(askApiServer),
  ])
  return {
    namespace,
    pod,
    container,
    product,
    conf: confOf(conf),
    backends: backends.known ? backendsOf(backends.value) : backends,
    refused: refused.known ? refusedOf(refused.value, log) : refused,
    log,
    api: apiOf(api),
  }
}

interface Asked {
  readonly text: ConstantScript
  readonly args: readonly number[]
  readonly signal: AbortSignal
}

async function output(
  cluster: Cluster,
  { namespace, pod, container }: ConfigSpec,
  { text, args, signal }: Asked,
): Promise<Known<string>> {
  const command = shell(text, timeoutMs / 1000 - 2, ...args)
  const ran = await cluster.exec(namespace, pod, {
    container,
    command,
    timeoutMs,
    signal,
    mostBytes: mostConfBytes + 2 ** 16,
  })
  if (!ran.known) return ran
  const { code, stdout, stderr } = ran.value
  if (code === 0) return known(stdout)
  return unknown(
    code === null ? 'cut-off' : 'failed',
    stderr.trim().split('\n')[0]?.slice(0, 300) || `sh ended with code ${code}`,
  )
}

function confOf(text: Known<string>): Known<NginxConf> {
  if (!text.known) return text
  if (text.value.trim() === '') return unknown('not-there', 'nginx.conf is empty')
  return known(parseNginxConf(text.value.slice(0, mostConfBytes), text.value.length > mostConfBytes))
}

function backendsOf(text: string): ControllerConfig['backends'] {
  if (text.length > mostConfBytes) return unknown('cut-off', 'the list of back ends has more than 8 MiB')
  const read = parseNginxBackends(text)
  return read === null ? unknown('failed', 'the status server gave no list of back ends') : known(read)
}

function refusedOf(text: string, log: Known<ControllerLog>): Known<RefusedConf | null> {
  if (text.trim() === '') return known(null)
  const line = log.known ? (log.value.signs.findLast((it) => it.line !== undefined)?.line ?? null) : null
  return known({ line, ...placeIn(text, line) })
}

function apiOf(said: Known<string>): ControllerConfig['api'] {
  if (!said.known) return said
  const status = /^\d{3}$/.exec(said.value.trim())?.[0]
  if (status === undefined) return unknown('not-there', 'no curl in the container')
  return known(status === '000' ? 'silent' : 'answers')
}

/**
 * What keeps an Ingress out was said when it was made; that the API server is out of reach counts only where it is said
 * now, since client-go asks again within a minute.
 */
async function readLog(
  cluster: Cluster,
  { namespace, pod, container }: ConfigSpec,
  signal: AbortSignal,
): Promise<Known<ControllerLog>> {
  const read = async (sinceSeconds: number): Promise<Known<ControllerLog>> => {
    const log = await cluster.logs(namespace, pod, { container, tailLines: mostLines, sinceSeconds, signal })
    return log.known ? known(controllerSigns(await Array.fromAsync(log.value))) : log
  }
  const [all, late] = await Promise.all([read(hour), read(twoMinutes)])
  if (!all.known) return all
  if (!late.known) return late
  const isNow = (it: ControllerSign): boolean => it.kind === 'api-unreachable'
  return known({
    ...all.value,
    signs: [...all.value.signs.filter((it) => !isNow(it)), ...late.value.signs.filter(isNow)],
  })
}

async function changedSince(
  cluster: Cluster,
  { namespace, ingresses: before, endpoints }: IngressConfigPlan,
  signal: AbortSignal,
): Promise<IngressConfigs['changed']> {
  const where = { signal, ...(namespace === null ? {} : { namespace }) }
  const [objects, slices] = await Promise.all([
    cluster.list(ingresses, where, (raw) => [keyOf(raw), ingressMark(rulesOf(raw))] as const),
    cluster.list(endpointSlices, where, readyOf),
  ])
  if (!objects.known) return objects
  if (!slices.known) return slices
  const named = (kind: 'Ingress' | 'Service') => (key: string) => {
    const [home = '', name = ''] = key.split('/')
    return { kind, namespace: home, name }
  }
  return known([
    ...changedBetween(before, new Map(objects.value)).map(named('Ingress')),
    ...changedBetween(endpoints, endpointMarks(slices.value)).map(named('Service')),
  ])
}

function keyOf({ metadata }: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

/**
 * A cluster with one Ingress, as the probe would see it, on real servers of this machine: planned, asked and judged.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checks } from '../../src/checks/registry.ts'
import { type Diagnosis, diagnose } from '../../src/engine.ts'
import { model } from '../../src/model/build.ts'
import type { Contacts } from '../../src/model/contacts.ts'
import type { Ingress } from '../../src/model/ingress.ts'
import { known } from '../../src/model/known.ts'
import type { EndpointSlice } from '../../src/model/service.ts'
import type { Model, Scope } from '../../src/model/sources.ts'
import { subject } from '../../src/model/subject.ts'
import { planProbe, type ProbePlan } from '../../src/probe/plan/plan.ts'
import { httpContacts } from '../../src/probe/pod/contacts/http-asks.ts'
import type { PodRecord } from '../../src/probe/pod/records.ts'
import { readRecord } from '../../src/probe/measure/read-record.ts'
import { readingsOf } from '../../src/probe/measure/readings.ts'
import { contactsOf } from '../../src/probe/measure/results.ts'
import { probeSpec } from '../../src/probe/plan/spec-of.ts'
import { controller, ingress, ingressClass } from '../build/ingress.ts'
import { node } from '../build/node.ts'
import { pod } from '../build/pod.ts'
import { service } from '../build/service.ts'

const open: Server[] = []

export async function listen(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

export function serve(listener: RequestListener): Promise<number> {
  return listen(createServer(listener))
}

export function closeAll(): void {
  for (const it of open.splice(0)) {
    it.closeAllConnections()
    it.close()
  }
}

export interface World {
  /** Where the controller listens. */
  readonly plain: number
  readonly tls: number
  /** Where each pod of Service `web` listens: `web-1`, `web-2`... */
  readonly pods: readonly number[]
  readonly paths?: readonly string[]
  readonly ingress?: Partial<Ingress>
  readonly url?: string
  readonly nodes?: number
}

export interface Seen {
  readonly plan: ProbePlan
  readonly contacts: Contacts
  readonly diagnosis: Diagnosis
  readonly codes: readonly string[]
  readonly said: string
}

/** What `diagnose --probe` would find, with the DNS of the cluster left out. */
export async function ask(world: World): Promise<Seen> {
  const before = modelOf(world)
  const plan = planProbe(before, { run: 'aaaa0000' })
  const runs = await Promise.all(
    plan.contactNodes.map(async (name) => {
      const readings = readingsOf(name)
      readings.take({ t: 'hello', libc: null, nameservers: [], node: 'v24' }, 0)
      await httpContacts(probeSpec(plan, name), (record) => readings.take(overTheWire(record), 1))
      return { node: name, readings: readings.read(), why: null }
    }),
  )
  const contacts = contactsOf(plan, runs)
  if (!contacts.known) throw new Error(contacts.why.detail)
  const diagnosis = diagnose({ ...before, sources: { ...before.sources, contacts } }, { checks })
  const findings = diagnosis.results.flatMap(({ check, findings: its }) => its.map((it) => ({ check, it })))
  return {
    plan,
    contacts: contacts.value,
    diagnosis,
    codes: findings.map(({ it }) => it.code),
    said: findings.flatMap(({ check, it }) => [check.words.headline(it), check.words.detail(it)]).join('\n'),
  }
}

/** As a pod's log carries it, and through the one door. */
function overTheWire(record: PodRecord): PodRecord {
  const read = readRecord(JSON.stringify(record))
  if (read === null || read === 'damaged') throw new Error(`no reader takes ${JSON.stringify(record)}`)
  return read
}

function modelOf({ plain, tls, pods, paths = ['/'], url, nodes = 3, ingress: about = {} }: World): Model {
  const own = ingress(
    paths.map((path) => [path, 'web', 80]),
    {
      rules: [
        {
          host: 'localhost',
          paths: paths.map((path, i) => ({
            path,
            pathType: 'Prefix',
            backend: { service: 'web', port: 80, path: `spec.rules[0].http.paths[${i}].backend` },
          })),
        },
      ],
      ...about,
    },
  )
  const target: Scope['target'] =
    url === undefined ? { kind: 'everything' } : { kind: 'object', object: subject('Ingress', 'shop', 'web'), url }
  const names = pods.map((_, i) => `web-${i + 1}`)
  return model(
    {
      nodes: known(Array.from({ length: nodes }, (_, i) => node(`worker-${i + 1}`))),
      namespaces: known([]),
      networkPolicies: known([]),
      workloads: known([]),
      // Several have the one address of this machine, as only pods on the node's own network may.
      pods: known(
        names.map((it) => pod(it, { ip: '127.0.0.1', hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })),
      ),
      services: known([service('web', { clusterIP: 'None' })]),
      // Pods of one address: each has a slice of its own, with its own port.
      endpointSlices: known(
        pods.map((port, i): EndpointSlice => ({
          namespace: 'shop',
          name: `web-${i}`,
          service: 'web',
          addressType: 'IPv4',
          ports: [{ name: 'http', port, protocol: 'TCP' }],
          endpoints: [
            {
              ip: '127.0.0.1',
              ready: true,
              serving: true,
              terminating: false,
              node: 'worker-1',
              pod: names[i] ?? null,
            },
          ],
        })),
      ),
      ingresses: known([own]),
      ingressClasses: known([ingressClass('nginx')]),
      ingressControllers: known([controller({ ip: '127.0.0.1', ports: { plain, tls } })]),
    },
    { scope: { namespace: 'shop', target, level: 'probe' } },
  )
}

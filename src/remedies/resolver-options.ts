import { type Subject, subjectKey } from '../model/subject.ts'
import { at, type Json, list, type Manifest, put, text } from '../manifest/object.ts'
import {
  type Ask,
  type Change,
  notOffered,
  notSeen,
  type NotOffered,
  type Objects,
  type Proposal,
  type Remedy,
} from './remedy.ts'

const kinds: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet']

interface ResolverOption {
  readonly name: string
  readonly value?: string
  readonly why: string
  /** musl reads ndots, timeout and attempts, and nothing else (musl src/network/resolvconf.c). */
  readonly glibcOnly: boolean
}

const optionFor: Readonly<Record<string, ResolverOption>> = {
  DNS101: {
    name: 'single-request-reopen',
    why: 'A and AAAA leave one after the other, from two ports: there is no race left to lose',
    glibcOnly: true,
  },
  'DNS101 use-vc': { name: 'use-vc', why: 'every lookup goes over TCP, which loses no datagram', glibcOnly: true },
  DNS104: {
    name: 'ndots',
    value: '2',
    why: 'outside names with two dots are asked for as they are, before the search list',
    glibcOnly: false,
  },
}

/**
 * A dnsConfig on the pod template of one workload or several: the kubelet writes it into each new pod's resolv.conf.
 */
export const resolverOptions: Remedy = {
  id: 'resolver-options',
  title: 'set resolver options on a workload (dnsConfig)',
  codes: ['DNS101', 'DNS104'],
  applicability: 'judgement',
  reads: (ask) => workloads(ask).map((it) => ({ one: it })),
  propose,
}

function workloads({ findings, named }: Ask): readonly Subject[] {
  const all = [...named, ...findings.map((it) => it.subject)].filter((it) => kinds.includes(it.kind))
  return [...new Map(all.map((it) => [subjectKey(it), it])).values()]
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const code = ask.findings[0]?.code ?? ''
  const [value] = ask.values
  const option = optionFor[value === undefined ? code : `${code} ${value}`]
  if (option === undefined && value !== undefined)
    return notOffered(
      `\`${value}\` is no option that hopscope sets against ${code}`,
      code === 'DNS101' ? '--value use-vc, or none for single-request-reopen' : null,
    )
  if (option === undefined) return notOffered(`no resolver option helps against ${code}`)
  const which = workloads(ask)
  if (which.length === 0)
    return notOffered(
      'it changes one workload or several, and none is named',
      `name them: hopscope fix ${code} --remedy resolver-options --subject Deployment/NAMESPACE/NAME --plan`,
    )

  const changes: Change[] = []
  const notes: string[] = []
  for (const workload of which) {
    const change = changeOf(workload, option, ask, objects)
    if ('kind' in change) return change
    changes.push(change)
    notes.push(...notesOn(workload, change, option, ask))
  }
  const names = which.map((it) => `${it.namespace}/${it.name}`).join(', ')
  const [only] = new Set(which.map((it) => it.namespace))
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes,
    effect: `${option.why}. The pods of ${names} are replaced one after another, as in any rollout`,
    risk:
      option.name === 'use-vc'
        ? {
            level: 'medium',
            why:
              'each lookup costs a connection: two more round trips, and more work for CoreDNS. ' +
              'A policy or a firewall that allows DNS over UDP alone ends all lookups',
          }
        : {
            level: code === 'DNS101' ? 'low' : 'medium',
            why:
              code === 'DNS101'
                ? 'one more round trip for each lookup; other pods on the node keep the race'
                : 'names inside the cluster with two dots or more are sent to the upstream server first',
          },
    verify:
      code === 'DNS101'
        ? {
            codes: [],
            target: null,
            namespace: only ?? null,
            level: 'probe',
            p99Ms: null,
            inside: { workloads: which, option: option.name },
          }
        : { codes: [code], target: null, namespace: only ?? null, level: 'read', p99Ms: null },
    notes: [...new Set(notes)],
  }
}

function changeOf(
  workload: Subject,
  option: ResolverOption,
  ask: Ask,
  objects: Objects,
): Extract<Change, { verb: 'replace' }> | NotOffered {
  const name = `${workload.kind} ${workload.namespace}/${workload.name}`
  const found = objects.one(workload)
  if (!found.known) return notSeen(name, found)
  if (found.value === null) return notOffered(`there is no ${name}`)
  const before = found.value
  if (option.glibcOnly && ask.libc(workload) === 'musl')
    return notOffered(
      `the containers of ${name} use musl (Alpine), which ignores ${option.name}`,
      'a DNS cache on each node helps every libc: --remedy node-local-dns; or an image with glibc',
    )
  if (at(before, 'spec', 'paused') === true)
    return notOffered(`${name} is paused: the change would wait, and nobody would see whether it works`)
  const path = ['spec', 'template', 'spec', 'dnsConfig', 'options'] as const
  const options = list(at(before, ...path))
  const own: Json = option.value === undefined ? { name: option.name } : { name: option.name, value: option.value }
  if (options.some((it) => at(it, 'name') === option.name && (at(it, 'value') ?? undefined) === option.value))
    return notOffered(`${name} has the option ${option.name} already`)
  const after: Manifest = put(before, path, [...options.filter((it) => at(it, 'name') !== option.name), own])
  return {
    verb: 'replace',
    object: workload,
    before,
    after,
    say: option.value === undefined ? option.name : `${option.name}:${option.value}`,
  }
}

function notesOn(
  workload: Subject,
  { before }: { readonly before: Manifest },
  option: ResolverOption,
  ask: Ask,
): readonly string[] {
  const libc = ask.libc(workload)
  const on = `${workload.kind.toLowerCase()}/${workload.name}`
  const exec = `kubectl -n ${workload.namespace} exec ${on} -- ls /lib | grep musl`
  const owner = list(at(before, 'metadata', 'ownerReferences')).find((it) => at(it, 'controller') === true)
  return [
    ...(option.glibcOnly && libc === 'unknown'
      ? [
          `only glibc reads ${option.name}; musl (Alpine) ignores it, ` +
            `and which one is in these containers could not be told: ${exec}`,
        ]
      : []),
    ...(option.glibcOnly
      ? []
      : [
          'musl (Alpine) reads ndots too, but after an NXDOMAIN for the name as it is it does not try the ' +
            'search list: short names with two dots or more stop working there',
        ]),
    ...(at(before, 'spec', 'updateStrategy', 'type') === 'OnDelete'
      ? [`${workload.kind} ${workload.name} updates pods only when they are deleted: nothing changes until then`]
      : []),
    ...(owner === undefined
      ? []
      : [
          `${workload.kind} ${workload.name} belongs to ${text(at(owner, 'kind')) ?? 'another object'} ` +
            `${text(at(owner, 'name')) ?? ''}, whose operator may put its own state back`,
        ]),
  ]
}

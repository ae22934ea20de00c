import { at, list, text } from '../manifest/object.ts'
import { type Ask, notOffered, notSeen, type NotOffered, type Objects, type Proposal, type Remedy } from './remedy.ts'
import { selectorOption } from '../relations/dns/dns-servers.ts'

/** A DNS server that answers nobody is deleted, so that its owner makes another, with new network plumbing. */
export const replaceDnsPod: Remedy = {
  id: 'replace-dns-pod',
  title: 'delete the pod that does not answer; its owner makes a new one',
  codes: ['DNS106'],
  applicability: 'judgement',
  reads: ({ findings }) => findings.slice(0, 1).map((it) => ({ one: it.subject })),
  propose,
}

function propose(ask: Ask, objects: Objects): Proposal | NotOffered {
  const [finding] = ask.findings
  if (finding === undefined || finding.subject.kind !== 'Pod') return notOffered('the finding names no pod')
  const on = finding.subject
  const found = objects.one(on)
  if (!found.known) return notSeen(`pod ${on.name}`, found)
  if (found.value === null) return notOffered(`pod ${on.namespace}/${on.name} is gone already`)
  const owner = list(at(found.value, 'metadata', 'ownerReferences')).find((it) => at(it, 'controller') === true)
  if (owner === undefined) return notOffered(`nothing would make pod ${on.name} again: it has no owner`)

  const dns = ask.model.sources.clusterDns
  const others = dns.known
    ? dns.value.slices.flatMap((it) => it.endpoints).filter((it) => it.ready && it.pod !== on.name).length
    : 0
  if (others === 0)
    return notOffered(
      `no other DNS server is ready: without ${on.name} there would be none`,
      `kubectl -n ${on.namespace} get pods${dns.known ? selectorOption(dns.value) : ''} -o wide`,
    )
  return {
    kind: 'proposal',
    applicability: 'judgement',
    changes: [
      {
        verb: 'delete',
        object: on,
        before: found.value,
        say: `${text(at(owner, 'kind')) ?? 'its owner'} makes a new one`,
        forGood:
          `a deleted pod does not come back; ${text(at(owner, 'kind')) ?? 'its owner'} ` +
          `${text(at(owner, 'name')) ?? ''} has made another`,
      },
    ],
    effect:
      `a new DNS server takes the place of ${on.name}; ` +
      `${others} other ${others === 1 ? 'answers' : 'answer'} meanwhile`,
    risk: {
      level: 'low',
      why: 'what cut the pod off on its node may do the same to the next one; its logs go with it, so save them first',
    },
    verify: { codes: ['DNS106'], target: 'dns', namespace: null, level: 'probe', p99Ms: null },
    notes: [`save what it says first: kubectl -n ${on.namespace} logs ${on.name} --all-containers > ${on.name}.log`],
  }
}

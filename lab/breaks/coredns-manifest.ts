// The objects of CoreDNS as the lab's manifest has them: a fault is the manifest with one thing changed, and to take it
// back is to put the manifest back.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type Lab, LabError } from '../lab.ts'
import { isAnswered, isOpenOverTcp } from './ask-dns.ts'
import { COREDNS, corednsPods, corednsServes } from './coredns.ts'
import { onEachNode } from './place.ts'
import { until } from './until.ts'

const MANIFEST = join(import.meta.dirname, '../manifests/coredns.yaml')
const CONFIG_MAP = 'coredns'

interface ManifestObject {
  readonly kind: string
  readonly data?: { readonly Corefile?: string }
}

/** The Corefile of a healthy lab. */
export async function healthyCorefile(): Promise<string> {
  const objects = parseAllDocuments(await readFile(MANIFEST, 'utf8')).map((it) => it.toJS() as ManifestObject)
  const text = objects.find((it) => it.kind === 'ConfigMap')?.data?.Corefile
  if (text === undefined) throw new LabError(`no Corefile in ${MANIFEST}`)
  return text
}

/** The healthy Corefile with `was` replaced once; a Corefile that no longer has it would be no fault at all. */
export async function corefileWith(was: string, is: string): Promise<string> {
  const text = await healthyCorefile()
  if (text.split(was).length !== 2) throw new LabError(`the lab's Corefile has \`${was}\` not once`)
  return text.replace(was, () => is)
}

export async function currentCorefile(lab: Lab): Promise<string> {
  return lab.kubectl(['-n', COREDNS.namespace, 'get', 'configmap', CONFIG_MAP, '-o', 'jsonpath={.data.Corefile}'])
}

export async function writeCorefile(lab: Lab, text: string): Promise<void> {
  await patch(lab, `configmap/${CONFIG_MAP}`, { data: { Corefile: text } })
}

export function patch(
  lab: Lab,
  object: string,
  change: object,
  type: 'strategic' | 'merge' | 'json' = 'strategic',
): Promise<string> {
  return lab.kubectl(['-n', COREDNS.namespace, 'patch', object, `--type=${type}`, '--patch', JSON.stringify(change)])
}

/**
 * What a running server has read it keeps for up to two minutes (kubelet's sync, then `reload`): a fault is quicker by
 * new pods.
 */
export async function restartServers(lab: Lab): Promise<void> {
  await lab.kubectl([
    '-n',
    COREDNS.namespace,
    'delete',
    'pods',
    '-l',
    COREDNS.selector,
    '--grace-period=1',
    '--wait=false',
  ])
}

export async function restartServer(lab: Lab, pod: string): Promise<void> {
  await lab.kubectl(['-n', COREDNS.namespace, 'delete', 'pod', pod, '--grace-period=1', '--wait=false'])
}

/**
 * Idempotent: servers are started anew only when they may have read another Corefile, or wait for what they could not
 * get.
 */
export async function restoreCoreDns(lab: Lab): Promise<void> {
  const changed = (await currentCorefile(lab)) !== (await healthyCorefile())
  await lab.kubectl(['replace', '--validate=false', '-f', MANIFEST])
  if (changed || (await corednsPods(lab)).some((it) => !it.ready)) await restartServers(lab)
  await dnsServes(lab)
}

/** Every server answers when asked itself, and every node gets an answer from the Service, over UDP and TCP. */
export async function dnsServes(lab: Lab): Promise<void> {
  await corednsServes(lab)
  await until('every node gets answers from the DNS Service', () =>
    onEachNode(lab, async (place) => (await isAnswered(place)) && isOpenOverTcp(place)),
  )
}

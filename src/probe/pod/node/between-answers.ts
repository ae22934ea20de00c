import { networkInterfaces } from 'node:os'
import type { Emit } from '../records.ts'
import { bulkAnswerer } from './bulk-answerer.ts'
import { mtuAnswerer } from './mtu-answerer.ts'

/** Opens both ports before anything else is done, and says where they are. Others ask while this pod is there. */
export async function betweenAnswers(token: string, emit: Emit): Promise<void> {
  const [datagrams, streams] = await Promise.all([mtuAnswerer(token), bulkAnswerer(token)])
  const ip = ownAddress()
  if (ip !== null) emit({ t: 'answers', ip, udp: datagrams?.port ?? null, tcp: streams?.port ?? null })
}

function ownAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((it) => it ?? [])
  return all.find((it) => !it.internal && !it.address.startsWith('fe80'))?.address ?? null
}

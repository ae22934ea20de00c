import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pcapOf, tcp } from '../../test/build/packets.ts'
import { diagnoseFile } from './diagnose-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'hopscope-'))

const dump = `apiVersion: v1
kind: ServiceList
metadata: { resourceVersion: '1' }
items:
  - apiVersion: v1
    kind: Service
    metadata: { name: cart, namespace: shop }
    spec: { clusterIP: 10.96.3.4, selector: { app: cart }, ports: [{ port: 80 }] }
`

test.each(['svc/cart', null])(
  'packets named beside a file are judged with it, whatever is asked about: %s',
  async (target) => {
    const from = join(folder, 'dump.yaml')
    writeFileSync(from, dump)
    const pcap = join(folder, 'one.pcap')
    const syn = { from: '10.244.1.5', to: '10.96.3.4', sport: 4000, dport: 80, flags: 'S', seq: 1 }
    writeFileSync(pcap, pcapOf([1, 1001, 3001].map((at, n) => ({ at, ip: tcp({ ...syn, ipId: n + 1 }) }))))
    const withPackets = await diagnoseFile({ from, target, namespace: 'shop', pcap: [pcap] })
    expect(withPackets.diagnosis.roots.map((it) => it.finding.code)).toContain('PKT711')
    const without = await diagnoseFile({ from, target, namespace: 'shop' })
    expect(without.diagnosis.results.some((it) => it.check.code.startsWith('PKT'))).toBe(false)
    await expect(diagnoseFile({ from, target, namespace: 'shop', pcap: [from] })).rejects.toThrow('is no capture')
  },
)

import type { GenericSchema } from 'valibot'
import { capacity, load } from './capacity.ts'
import { diagnosis, dns } from './diagnosis.ts'
import { logs, logsSummary } from './logs.ts'
import { matrix } from './matrix.ts'
import { pcap } from './pcap.ts'
import { spans } from './spans.ts'
import { resolve } from './resolve.ts'
import { targets } from './targets.ts'
import { trace } from './trace.ts'
import { watch } from './watch.ts'

export interface OutputSchema {
  /** Of the file in schemas/. */
  readonly name: string
  readonly commands: readonly string[]
  readonly about: string
  /** As the field `schema` of the output has it. */
  readonly id: string
  readonly schema: GenericSchema
}

/** Every shape that a command prints with `-o json`; the file of a plan has its schema where it is read. */
export const outputSchemas: readonly OutputSchema[] = [
  {
    name: 'diagnosis',
    id: 'hopscope/v1',
    commands: ['hopscope diagnose -o json'],
    about: 'a diagnosis',
    schema: diagnosis,
  },
  {
    name: 'targets',
    id: 'hopscope/targets/v1',
    commands: ['hopscope diagnose TARGET TARGET -o json', 'hopscope diagnose -l SELECTOR -o json'],
    about: 'of several targets, or those that bear labels: a diagnosis of each, over one reading',
    schema: targets,
  },
  {
    name: 'dns',
    id: 'hopscope/dns/v1',
    commands: ['hopscope dns -o json'],
    about: 'a diagnosis of DNS, with every node and path that was measured',
    schema: dns,
  },
  {
    name: 'dns-capacity',
    id: 'hopscope/dns-capacity/v1',
    commands: ['hopscope dns capacity -o json'],
    about: 'what the DNS servers carry and need',
    schema: capacity,
  },
  {
    name: 'dns-load',
    id: 'hopscope/dns-load/v1',
    commands: ['hopscope dns capacity --load RATE -o json'],
    about: 'what they carried under load, step by step',
    schema: load,
  },
  {
    name: 'pcap',
    id: 'hopscope/pcap/v1',
    commands: ['hopscope pcap FILE -o json'],
    about: 'what packets say, point by point, and the diagnosis of it',
    schema: pcap,
  },
  {
    name: 'spans',
    id: 'hopscope/spans/v1',
    commands: ['hopscope spans -o json'],
    about: 'what traces say of calls: hops, waits and the slowest paths, and the diagnosis of it',
    schema: spans,
  },
  {
    name: 'logs',
    id: 'hopscope/logs/v1',
    commands: ['hopscope logs -o json'],
    about: 'one line; `t` says of which kind',
    schema: logs,
  },
  {
    name: 'logs-summary',
    id: 'hopscope/logs-summary/v1',
    commands: ['hopscope logs --summary -o json'],
    about: 'what the log of an ingress controller says of its requests',
    schema: logsSummary,
  },
  {
    name: 'resolve',
    id: 'hopscope/resolve/v1',
    commands: ['hopscope resolve NAME -o json'],
    about: 'one lookup as a pod makes it',
    schema: resolve,
  },
  {
    name: 'trace',
    id: 'hopscope/trace/v1',
    commands: ['hopscope trace FROM TO -o json'],
    about: 'each hop from a pod to what it can not reach, and the diagnosis beside it',
    schema: trace,
  },
  {
    name: 'matrix',
    id: 'hopscope/matrix/v1',
    commands: ['hopscope matrix -o json'],
    about: 'who may reach whom by NetworkPolicy, and who does',
    schema: matrix,
  },
  {
    name: 'watch',
    id: 'hopscope/watch/v1',
    commands: ['hopscope watch dns -o json'],
    about: 'one line; `t` says of which kind',
    schema: watch,
  },
]

import { type Command, InvalidArgumentError, Option } from 'commander'
import { asDnsName } from '../wire/dns-name.ts'
import type { ClusterAsk, PodAsk, ProbeAsk } from '../session/asks.ts'
import type { Severity } from '../findings/verdict.ts'

export type ClusterFlags = ClusterAsk
export type PodFlags = PodAsk
export type ProbeFlags = ProbeAsk

export interface ReportFlags {
  readonly output: 'text' | 'json'
  readonly failOn: Severity
  readonly strict?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly verbose?: boolean
  readonly quiet?: boolean
  readonly color: 'auto' | 'always' | 'never'
}

export const defaultImage = 'docker.io/library/node:24-slim'

/** One value each time that it is given: a flag that takes all words up to the next flag swallows the target. */
export function repeated(flags: string, description: string): Option {
  const add = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value]
  return new Option(flags, description).argParser(add)
}

/** kubectl's own flags, by kubectl's own names. */
export function clusterFlags(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig file to use')
    .option('--context <name>', 'kubeconfig context to use')
    .option('--cluster <name>', 'kubeconfig cluster to use')
    .option('--user <name>', 'kubeconfig user to use')
    .option('--as <user>', 'user to impersonate')
    .addOption(repeated('--as-group <group>', 'a group to impersonate; may be repeated'))
    .option('-n, --namespace <name>', 'namespace to look at')
    .option('-A, --all-namespaces', 'look at every namespace')
    .addOption(
      new Option('--request-timeout <duration>', 'give up on one request to the API server after this long')
        .default(30_000, '30s')
        .argParser(duration),
    )
}

/** `pods/exec` in kube-system is as much as cluster-admin: only by choice. */
export function conntrackFrom(): Option {
  return new Option(
    '--conntrack-from <way>',
    "where --node-access reads: in a hostNetwork pod of its own, or by exec in kube-proxy's",
  )
    .choices(['pod', 'kube-proxy'])
    .default('pod')
}

export function noExec(): Option {
  return new Option(
    '--no-exec',
    'run nothing in containers that are there; what that would show is reported as not asked',
  )
}

export function probeNamespace(): Option {
  return new Option('--probe-namespace <name>', 'namespace of every pod that is made; else the one that is looked at')
}

export function probeImage(of: string): Option {
  return new Option(
    '--probe-image, --image <image>',
    `image of ${of}, by tag or by digest (NAME@sha256:...); needs node 18 or later in it`,
  ).default(defaultImage)
}

export function probeFlags(command: Command): Command {
  return command
    .option('--probe', 'measure from short-lived pods and from inside pods that are there')
    .option('--node-access', "also read the nodes' own counters (implies --probe)")
    .addOption(conntrackFrom())
    .addOption(noExec())
    .addOption(repeated('--node <name>', 'probe from this node only; may be repeated'))
    .option('--probe-tolerate-all', 'probe from tainted nodes as well')
    .addOption(probeNamespace())
    .addOption(probeImage('the probe pods'))
    .addOption(
      new Option('--probe-name <name>', 'a name outside the cluster to look up')
        .default('example.com')
        .argParser(outsideName),
    )
    .addOption(
      new Option('--timeout <duration>', 'end the whole run after this long')
        .default(180_000, '3m')
        .argParser(duration),
    )
}

export function reportFlags(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on')
        .choices(['error', 'warning', 'info'])
        .default('warning'),
    )
    .option('--strict', 'exit 1 also when a check could not tell')
    .addOption(repeated('--only <code>', 'run this check only, by code or slug; may be repeated'))
    .addOption(repeated('--ignore <code>', 'leave out findings: CODE, or CODE=Kind/namespace/name; may be repeated'))
    .option('-v, --verbose', 'all evidence, and every check that was fine')
    .option('-q, --quiet', 'verdict lines only')
    .addOption(
      new Option('--color <when>', 'colour in text output').choices(['auto', 'always', 'never']).default('auto'),
    )
}

export function capacityFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--window <duration>', 'watch the metrics for this long').default(5000, '5s').argParser(duration),
    )
    .addOption(
      new Option(
        '--load <rate>',
        'measure the ceiling: ramp up to so many queries/s, and stop at the first sign of harm',
      ).argParser(rate),
    )
    .option('--yes', 'start the load without asking')
    .addOption(repeated('--node <name>', 'make the load from this node; may be repeated, for one of several'))
    .option('--probe-tolerate-all', 'make it from a tainted node as well')
    .addOption(probeNamespace())
    .addOption(probeImage('the pod that makes the load'))
    .addOption(
      new Option('--timeout <duration>', 'end the whole run after this long')
        .default(180_000, '3m')
        .argParser(duration),
    )
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--color <when>', 'colour in text output').choices(['auto', 'always', 'never']).default('auto'),
    )
}

function outsideName(text: string): string {
  if (asDnsName(text) === null || !text.includes('.'))
    throw new InvalidArgumentError('a name outside the cluster has letters, digits, `-` and dots: example.com')
  return text
}

function rate(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a rate is a whole number of queries a second: 2000')
  return Number(text)
}

/** `30s`, `2m`, `1h`, or seconds, as kubectl takes them; the value is in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's']
  if (match === null || factor === undefined || Number(match[1]) <= 0)
    throw new InvalidArgumentError('a duration is a number with ms, s, m or h: 30s')
  return Number(match[1]) * factor
}

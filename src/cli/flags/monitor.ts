import { type Command, Option } from 'commander'
import type { ClusterAsk } from '../../session/asks.ts'
import { captureSize, duration, listenAddress, repeated, wholeNumber } from './values.ts'

export type MonitorFlags = ClusterAsk & {
  readonly every: number
  readonly listen: ReturnType<typeof listenAddress>
  readonly lookups: 'auto' | 'always' | 'never'
  readonly lookupsEvery: number
  readonly keep?: string
  readonly keepMost: number
  readonly keepBytes: number
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly ignoreFile?: string
}

export function monitorFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--every <duration>', 'look at the cluster this often').default(60_000, '60s').argParser(duration),
    )
    .addOption(
      new Option('--listen <address>', 'serve /metrics, /healthz and /livez here; :9467 for every address')
        .default(listenAddress('127.0.0.1:9467'), '127.0.0.1:9467')
        .argParser(listenAddress),
    )
    .addOption(
      new Option('--lookups <when>', 'look names up from this process: in a pod of the cluster, always, or never')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addOption(
      new Option('--lookups-every <duration>', 'one lookup of each way this often')
        .default(1000, '1s')
        .argParser(duration),
    )
    .option('--keep <dir>', 'keep a recording of the moment when an error begins to stand; else nothing is written')
    .addOption(new Option('--keep-most <number>', 'so many of them, the newest').default(20).argParser(wholeNumber))
    .addOption(
      new Option('--keep-bytes <size>', 'so much of them').default(64 * 2 ** 20, '64Mi').argParser(captureSize),
    )
    .addOption(repeated('--only <code>', 'run this check only, by code or slug; may be repeated'))
    .addOption(repeated('--ignore <code>', 'leave out findings: CODE, or CODE=Kind/namespace/name; may be repeated'))
    .option('--ignore-file <file>', 'leave out what its rules say, each with a reason: docs/ci.md')
}

import { type Command, Option } from 'commander'
import type { ClusterAsk } from '../../session/asks.ts'
import { duration, repeated } from './values.ts'

export type ClusterFlags = ClusterAsk

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

import { type Command, Option } from 'commander'
import { defaultImage } from '../../model/probe-image.ts'
import type { ProbeAsk } from '../../session/asks.ts'
import { duration, imageReference, outsideName, repeated } from './values.ts'

export type ProbeFlags = ProbeAsk

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

function noLogs(): Option {
  return new Option('--no-logs', 'read no log of any container; what logs would show is reported as not asked')
}

function noHttp(): Option {
  return new Option(
    '--no-http',
    'send no HTTP request to applications, controllers or a tracing server; what that would show is reported as ' +
      'not asked',
  )
}

export function probeNamespace(): Option {
  return new Option('--probe-namespace <name>', 'namespace of every pod that is made; else the one that is looked at')
}

export function probeImage(of: string): Option {
  return new Option(
    '--probe-image, --image <image>',
    `image of ${of}, by tag or by digest (NAME@sha256:...); needs node 18 or later in it`,
  )
    .default(defaultImage)
    .argParser(imageReference)
}

export function probeFlags(command: Command): Command {
  return command
    .option('--probe', 'measure from short-lived pods and from inside pods that are there, and read their traces')
    .option('--node-access', "also read the nodes' own counters, routes and switches (implies --probe)")
    .addOption(conntrackFrom())
    .addOption(noExec())
    .addOption(noHttp())
    .addOption(noLogs())
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

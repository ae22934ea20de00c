import { type Command, Option } from 'commander'
import { documentFormats } from '../../report/formats/formats.ts'
import { outputFlag } from './report.ts'
import { probeImage, probeNamespace } from './probe.ts'
import { duration, rate, repeated } from './values.ts'

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
    .addOption(outputFlag(documentFormats))
    .addOption(
      new Option('--color <when>', 'colour in text output').choices(['auto', 'always', 'never']).default('auto'),
    )
}

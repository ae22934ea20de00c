import { type Command, InvalidArgumentError, Option } from 'commander'
import { duration, repeated } from './values.ts'

/** Beyond these the API server has more to do than a person can read. */
const mostRequests = 500

/** Stern's own flags, by stern's own names. */
export function logsFlags(command: Command): Command {
  return command
    .argument(
      '[target]',
      'deploy/x, sts/x, ds/x, svc/x, job/x, pod/x, ingress/x, or a regular expression for pod names',
    )
    .option('-l, --selector <labels>', 'pods with these labels: app=cart,tier!=test')
    .option('-c, --container <regex>', 'containers whose name fits')
    .addOption(repeated('-E, --exclude-container <regex>', 'leave these containers out; may be repeated'))
    .addOption(repeated('--exclude-pod <regex>', 'leave these pods out; may be repeated'))
    .addOption(repeated('-i, --include <regex>', 'lines that fit one of these; may be repeated'))
    .addOption(repeated('-e, --exclude <regex>', 'leave out lines that fit one of these; may be repeated'))
    .addOption(repeated('-H, --highlight <regex>', 'mark this in the lines; may be repeated'))
    .addOption(new Option('-s, --since <duration>', 'lines of this last stretch of time').argParser(duration))
    .addOption(new Option('--tail <lines>', 'of what is there, this many of each container').argParser(lines))
    .option('--no-follow', 'read what is there, and end')
    .addOption(new Option('--for <duration>', 'end by itself after this long; else Ctrl-C ends it').argParser(duration))
    .option('-t, --timestamps', 'print when each line was written')
    .option('--only-log-lines', 'do not tell of pods that come and go')
    .addOption(
      new Option('--max-log-requests <number>', 'read this many logs at once; others wait for a place')
        .default(50)
        .argParser(requests),
    )
    .option(
      '--summary',
      'of ingress controllers: requests by host, path, backend and status; of the last hour, or --for',
    )
    .addOption(repeated('--from <file>', 'with --summary: a log that was kept, - for standard input; may be repeated'))
    .addOption(
      repeated(
        '--format <format>',
        "how the controller writes its lines, beside the usual formats and that of the controller's ConfigMap",
      ),
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print: text, the line alone, or one JSON object per line')
        .choices(['text', 'raw', 'json'])
        .default('text'),
    )
    .option('--template <template>', 'of stern: {{.PodName}} {{.ContainerName}} {{.Message}}{{"\\n"}}')
    .addOption(new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'))
}

function lines(text: string): number | undefined {
  if (text === '-1') return undefined
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a number of lines: 20, or -1 for all')
  return Number(text)
}

function requests(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > mostRequests) throw new InvalidArgumentError(`a number from 1 to ${mostRequests}`)
  return value
}

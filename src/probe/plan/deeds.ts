import { anyOf } from '../../wire/pattern.ts'

/** By RFC 9110 a GET does nothing; by its name this one does: who means it names the URL. */
const deed = new RegExp(
  anyOf(
    /^(?:cron|cronjobs?|run|trigger|exec|execute|log-?out|sign-?out|unsubscribe)$/,
    /^(?:delete|remove|destroy|drop|purge|flush|wipe|reset|restart|reboot|shutdown|kill|deploy|rollback)$/,
  ),
)

/** Whether a part of the path is called as what a GET should not do. */
export function soundsLikeDeed(path: string): boolean {
  return path
    .toLowerCase()
    .split(/[^a-z\d._-]/)
    .flatMap((it) => [it, ...it.split(/[-_.]/, 8)])
    .some((it) => it.length < 16 && deed.test(it))
}

const esc = '\\u001B'
/** Of one character each, as 8-bit terminals take them: DCS, SOS, OSC, PM, APC. */
const strings = '\\u0090\\u0098\\u009D-\\u009F'
const csi = '\\u009B'
const bel = '\\u0007'
const end = '\\u009C'

/**
 * ECMA-48, 5.4 and 5.6: what stands behind an escape is a part of it, `[2J`, and no text. A string without its end is
 * text, or one escape would hide the rest of a line. None holds what begins one, so that this is linear.
 */
const sequences = new RegExp(
  [
    // A title, a link, a device's string.
    `(?:${esc}+[P\\]X^_]|[${strings}])[^${bel}\\n${esc}${strings}${csi}${end}]*(?:${bel}|${esc}\\\\|${end})`,
    // Colours, the cursor.
    `(?:${esc}+\\[|${csi})[0-?]*[ -/]*[@-~]?`,
    `${esc}+[ -/]*[0-~]?`,
  ].join('|'),
  'gu',
)

/** A terminal passes over it in the middle of a sequence; what is needed to find one, and what ends a line, stays. */
const between = new RegExp(
  `(?![${bel}\\t-\\r\\u0085\\u2028\\u2029${esc}${strings}${csi}${end}])[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\p{Co}]`,
  'gu',
)
const any = new RegExp(`[${esc}${strings}${csi}]`)

/** The text without what a terminal would obey, whole: of a colour, nothing is left. */
export function withoutSequences(text: string): string {
  return any.test(text) ? text.replace(between, '').replace(sequences, '') : text
}

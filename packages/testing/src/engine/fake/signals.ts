const RTMIN = 34;
const RTMAX = 64;

/** Signals as Linux numbers them, which is not what every system does that this runs on. */
const SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  IOT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  POLL: 29,
  PWR: 30,
  SYS: 31,
  ...Object.fromEntries(realTime()),
};

/** The number of a signal by number or name, with or without `SIG`; undefined for one that nobody knows. */
export function signalNumber(signal: string): number | undefined {
  if (/^[+-]?\d+$/.test(signal)) {
    const number = Number(signal);
    return number > 0 && number <= RTMAX ? number : undefined;
  }
  return SIGNALS[signal.toUpperCase().replace(/^SIG/, '')];
}

/** `RTMIN` and what is above it, `RTMAX` and what is below. */
function realTime(): [string, number][] {
  return [
    ...Array.from({ length: 16 }, (_, n): [string, number] => [n ? `RTMIN+${n}` : 'RTMIN', RTMIN + n]),
    ...Array.from({ length: 15 }, (_, n): [string, number] => [n ? `RTMAX-${n}` : 'RTMAX', RTMAX - n]),
  ];
}

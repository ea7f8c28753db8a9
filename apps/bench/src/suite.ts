/** What a suite is asked to do. */
export interface SuiteOptions {
  /** How often each case is measured; the cases take turns, and medians are reported. */
  readonly rounds: number;
  /** 1, or less for a run that only shows that everything works. */
  readonly scale: number;
  readonly progress: (text: string) => void;
}

/** One subject that is measured, beside its peers and in the same run. */
export type Suite = (options: SuiteOptions) => Promise<Section>;

/** What a suite found, ready to be printed. */
export interface Section {
  readonly title: string;
  /** How it was measured, a paragraph each. */
  readonly about: readonly string[];
  readonly tables: readonly Table[];
  readonly chart?: Chart;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** One cell for each column; the first is the name, the rest are numbers as text. */
  readonly rows: readonly (readonly string[])[];
  /** What to know when reading it. */
  readonly notes?: readonly string[];
}

/** Horizontal bars on a logarithmic scale: ten times as fast is one step further. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Of ours, and not of a peer. */
  readonly ours: boolean;
}

/** A field of coloured cells: a measure by two categories. */

import { beginChart, type Chart, type ChartSettings } from "./chart";
import type { Row, Table } from "./rows";
import { formatNumber } from "./table";
import { BLUE, ON_DARK, ON_LIGHT, VERMILION } from "./theme";

/** Settings of `heatChart`. */
export interface HeatSettings<Key extends string = string> extends ChartSettings<Key> {
  /** column whose value is the colour */
  readonly value: Key;
  readonly valueTitle?: string;
  /** decimals of the number written in each cell; none by default */
  readonly digits?: number;
  /** For differences: this value is white, what is below it blue, what is above it vermilion. */
  readonly neutral?: number;
}

/** "cividis" in five steps (Nunez et al. 2018), which people of any colour blindness read alike. */
const CIVIDIS = ["#00224e", "#434e6c", "#7d7c78", "#bcaf6f", "#fee838"] as const;
const WHITE = "#fdfdfd"; // of a mark, not of the ground

const TEXT = "text of the cell";

/**
 * A cell per row, its colour the value ("cividis", or blue to vermilion around `neutral`: scales that do not
 * depend on telling red from green).
 * @throws InputError naming a column that the rows lack
 */
export function heatChart<R extends object>(
  table: Table<R>,
  settings: HeatSettings<keyof R & string>,
): Chart {
  const { value, valueTitle = value, digits, neutral, x, y, ...look } = settings;
  const { rows, chart } = beginChart(table, { x, y, ...look }, "heatChart", [value]);
  const values = rows.map((row) => Number(row[value])).filter(Number.isFinite);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const reach = neutral === undefined ? 0 : Math.max(...values.map((one) => Math.abs(one - neutral)));
  const colours =
    neutral === undefined
      ? { title: valueTitle, domain: [least, most] as const, colours: CIVIDIS }
      : {
          title: valueTitle,
          domain: [neutral - reach, neutral + reach] as const,
          colours: [BLUE, WHITE, VERMILION],
        };
  // numbers in cells below it are white
  const dark = neutral === undefined ? (least + most) / 2 : neutral - 0.6 * reach;
  const texts = (colour: string, chosen: (row: Row) => boolean) => ({
    mark: "text" as const,
    rows: rows
      .filter((row) => Number.isFinite(row[value]) && chosen(row))
      .map((row) => ({ ...row, [TEXT]: formatNumber(Number(row[value]), digits ?? 0) })),
    ...{ x, y, text: TEXT, colour, look: { fontSize: 12 } },
  });
  const numbers =
    digits === undefined
      ? []
      : [
          texts(ON_DARK, (row) => Number(row[value]) < dark),
          texts(ON_LIGHT, (row) => Number(row[value]) >= dark),
        ];
  return {
    ...chart,
    y: { ...chart.y, type: "category" },
    tips: [...chart.tips.slice(0, 2), { title: valueTitle, column: value }],
    colours,
    marks: [{ mark: "cell", rows, x, y, value }, ...numbers],
  };
}

import { Table, Td, Th } from "@/components/ui";
import type { Item } from "@/lib/api/types";
import { type Cell, cellsOf, meanOf } from "../questions/ratings/cells";
import type { RatingsAnswer, RatingsQuestion } from "../questions/types";
import { inOrder, type NameTarget } from "./words";

interface Props {
  question: RatingsQuestion;
  answer: RatingsAnswer;
  item: Item;
  name: NameTarget;
}

/** Aspects down, texts across; an aspect with criteria shows their mean. */
export function RatingsGrid({ question, answer, item, name }: Props) {
  const known = cellsOf(question, item);
  const strays = Object.values(answer)
    .flatMap((row) => Object.keys(row))
    .filter((cell, index, all) => !known.some((each) => each.name === cell) && all.indexOf(cell) === index)
    .map(
      (cell): Cell => ({
        name: cell,
        title: cell,
        description: "",
        low: question.low,
        high: question.high,
        group: null,
        anchors: {},
      }),
    );
  const cells = [...known, ...strays];
  const targets = inOrder(Object.entries(answer), name).map(([target]) => target);
  return (
    <Table caption={question.title} className="w-auto!">
      <thead>
        <tr>
          <Th>Aspect</Th>
          {targets.map((target) => (
            <Th key={target} numeric>
              {target === "item" ? "Rating" : name(target)}
            </Th>
          ))}
          <Th numeric>Scale</Th>
        </tr>
      </thead>
      <tbody>
        {cells.map((cell, index) => {
          const { group } = cell;
          const begins = group !== null && cells[index - 1]?.group !== group;
          return [
            begins && (
              <tr key={group.name}>
                <Td className="font-medium">{group.title}</Td>
                {targets.map((target) => (
                  <Td key={target} numeric className="text-muted">
                    {meanOf(group, answer[target])?.toFixed(1) ?? ""}
                  </Td>
                ))}
                <Td numeric className="text-faint">
                  mean
                </Td>
              </tr>
            ),
            <tr key={cell.name}>
              <Td className={group ? "ps-4!" : ""}>{cell.title}</Td>
              {targets.map((target) => {
                const value = answer[target]?.[cell.name];
                const anchor = value === undefined ? undefined : cell.anchors[String(value)];
                return (
                  <Td key={target} numeric title={anchor}>
                    {value === undefined ? (
                      <span className="text-faint">–</span>
                    ) : value === "na" ? (
                      "n/a"
                    ) : (
                      value
                    )}
                  </Td>
                );
              })}
              <Td numeric className="text-faint">
                {cell.low}–{cell.high}
              </Td>
            </tr>,
          ];
        })}
      </tbody>
    </Table>
  );
}

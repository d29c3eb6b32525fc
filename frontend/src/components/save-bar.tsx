import type { ReactNode } from "react";
import { FormError } from "@/components/ui";

/** The end of a long form, always in sight: what is wrong, and below it what sends the form. */
export function SaveBar({
  refusal,
  isIncomplete,
  children,
}: {
  /** What the server said about no field in particular. */
  refusal: string | undefined;
  /** Whether a field says what is missing or wrong. */
  isIncomplete: boolean;
  children: ReactNode;
}) {
  return (
    <div
      data-bar="end"
      className="sticky bottom-0 z-10 mt-8 flex flex-col gap-3 border-t border-line bg-canvas py-3"
    >
      <FormError>{refusal}</FormError>
      {isIncomplete && (
        <p role="alert" className="text-danger">
          Something is still missing or wrong: see the fields above.
        </p>
      )}
      {children}
    </div>
  );
}

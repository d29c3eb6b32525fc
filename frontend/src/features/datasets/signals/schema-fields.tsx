import { type FieldsProps, SchemaControl } from "@/components/schema-form";
import type { SchemaField } from "@/lib/schema-form";
import { ColumnField, PickField, PicksField } from "./pickers";

/** Of the version whose signals can be picked. */
interface Props extends FieldsProps {
  versionId: number;
}

/** One control for each field of a schema, with its help and what is wrong with it. */
export function SchemaFields({ fields, ...rest }: Props) {
  return (
    <div className="flex flex-col gap-4">
      {fields.map((field) => (
        <FieldControl key={field.name} field={field} {...rest} />
      ))}
    </div>
  );
}

function FieldControl({ field, ...rest }: Omit<Props, "fields"> & { field: SchemaField }) {
  switch (field.control) {
    case "pick":
      return <PickField {...rest} field={field} />;
    case "picks":
      return <PicksField {...rest} field={field} />;
    case "column":
      return <ColumnField {...rest} field={field} />;
    default:
      return <SchemaControl {...rest} field={field} />;
  }
}

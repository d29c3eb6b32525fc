import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StatusRegion } from "@/components/ui";
import { ErrorBoundary } from "./error-boundary";
import { queryClient, router } from "./router";

export function App() {
  return (
    <ErrorBoundary>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <StatusRegion />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

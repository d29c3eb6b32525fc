/** Routes below `/projects/$projectId`. */
export const projectRoutes = [] as const;

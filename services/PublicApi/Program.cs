using CallCenterCrm.PublicApi;
using CallCenterCrm.ServiceDefaults;

return await CrmService.RunAsync(args, "api", (builder, settings) => builder.AddPublicApi(settings), app => app.MapPublicApi());

using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.Telephony;

return await CrmService.RunAsync(args, "telephony", (builder, settings) => builder.AddGateway(settings), app => app.MapGateway());

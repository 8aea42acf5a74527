using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.WebConsole;

return await CrmService.RunAsync(args, "console", (builder, settings) => builder.AddWebConsole(settings), app => app.MapWebConsole());

using CallCenterCrm.Leads;
using CallCenterCrm.ServiceDefaults;

return await CrmService.RunAsync(args, "leads", (builder, settings) => builder.AddLeads(settings), app => app.MapLeads());

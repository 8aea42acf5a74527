using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.Staff;
using CallCenterCrm.Staff.ApiKeys;

return args is [MakeApiKey.Word, .. var words]
    ? await MakeApiKey.RunAsync(words)
    : await CrmService.RunAsync(args, "staff", (builder, settings) => builder.AddStaff(settings), app => app.MapStaff());

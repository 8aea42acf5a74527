using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Staff.Audit;

/// <summary>protos/callcenter/staff/v1/audit.proto over the audit log.</summary>
internal sealed class AuditService(AuditLog audit) : V1.Audit.AuditBase
{
    private const int LongestWord = 200;

    public override async Task<ListAuditRecordsResponse> ListAuditRecords(ListAuditRecordsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = new AuditFilter(
            violations.OptionalIdentity("actor_id", request.ActorId),
            violations.OptionalText("action", request.Action, LongestWord),
            violations.OptionalText("target_kind", request.TargetKind, LongestWord),
            violations.OptionalText("target_id", request.TargetId, LongestWord),
            violations.Time("from", request.From),
            violations.Time("until", request.Until));
        if (filter.From >= filter.Until)
        {
            violations.Add("until", ViolationKey.EndBeforeStart);
        }

        var page = await audit.ListAsync(filter, request.PageSize, request.PageToken, violations, context.CancellationToken);
        return new() { Records = { page.Records.Select(Write) }, NextPageToken = page.NextPageToken ?? "" };
    }

    private static AuditRecord Write(AuditRecorded record)
    {
        var message = new AuditRecord
        {
            Id = record.RecordId.ToString(),
            At = record.At.ToTimestamp(),
            Service = record.Service,
            ActorKind = record.ActorKind,
            ActorId = record.ActorId?.ToString() ?? "",
            Action = record.Action,
            TargetKind = record.TargetKind ?? "",
            TargetId = record.TargetId ?? "",
            Address = record.Address ?? "",
            Outcome = record.Outcome,
        };
        foreach (var (word, value) in record.Details ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            message.Details[word] = value;
        }

        return message;
    }
}

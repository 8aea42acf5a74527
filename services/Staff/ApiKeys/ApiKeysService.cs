using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Staff.ApiKeys;

/// <summary>protos/callcenter/staff/v1/api_keys.proto over the keys.</summary>
internal sealed class ApiKeysService(ApiKeyStore keys, ClientAddresses addresses) : V1.ApiKeys.ApiKeysBase
{
    public override async Task<CreateApiKeyResponse> CreateApiKey(CreateApiKeyRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        if (request.ApiKey is not { } given)
        {
            violations.Add("api_key", ViolationKey.Required);
            throw new InputException(violations.Found);
        }

        var asked = new ApiKeyRequest(given.Name, given.Permissions, given.RequestsPerMinute, End(given.ExpiresAt));
        var made = await keys.CreateAsync(asked, request.IdempotencyKey, addresses.By(context), context.CancellationToken);
        return new() { ApiKey = Write(made.Key), Key = made.Text ?? "" };
    }

    public override async Task<ListApiKeysResponse> ListApiKeys(ListApiKeysRequest request, ServerCallContext context)
    {
        var page = await keys.ListAsync(request.WithEnded, request.PageSize, request.PageToken, context.CancellationToken);
        return new() { ApiKeys = { page.Keys.Select(Write) }, NextPageToken = page.NextPageToken ?? "" };
    }

    public override async Task<RevokeApiKeyResponse> RevokeApiKey(RevokeApiKeyRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.Version("version", request.Version);
        violations.ThrowIfAny();
        return new() { ApiKey = Write(await keys.RevokeAsync(id, request.Version, addresses.By(context), context.CancellationToken)) };
    }

    public override async Task<ExchangeApiKeyResponse> ExchangeApiKey(ExchangeApiKeyRequest request, ServerCallContext context)
    {
        var token = await keys.ExchangeAsync(request.Key, addresses.Of(context, request.ClientAddress), context.CancellationToken);
        return new() { AccessToken = token.Text, ExpiresAt = token.ExpiresAt.ToTimestamp() };
    }

    // A moment that there is not is further ahead than a key may end.
    private static DateTimeOffset? End(Timestamp? given) => new Violations() is var unread && unread.Time("", given) is { } end
        ? end
        : unread.Found.Count > 0 ? DateTimeOffset.MaxValue : null;

    private static V1.ApiKey Write(ApiKey key) => new()
    {
        Id = key.Id.ToString(),
        Version = key.Version,
        Name = key.Name,
        Permissions = { key.Permissions },
        RequestsPerMinute = key.RequestsPerMinute,
        CreatedBy = key.CreatedBy?.ToString() ?? "",
        CreatedAt = key.CreatedAt.ToTimestamp(),
        ExpiresAt = key.ExpiresAt.ToTimestamp(),
        RevokedAt = key.RevokedAt?.ToTimestamp(),
        LastUsedAt = key.LastUsedAt?.ToTimestamp(),
        LastAddress = key.LastAddress ?? "",
    };
}

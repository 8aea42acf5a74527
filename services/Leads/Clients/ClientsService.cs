using System.Globalization;
using CallCenterCrm.Clients.V1;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Leads.Clients;

/// <summary>protos/callcenter/clients/v1 over the clients.</summary>
internal sealed class ClientsService(ClientReader clients, ClientRequests requests) : CallCenterCrm.Clients.V1.Clients.ClientsBase
{
    private const int LongestName = 200;
    private const int LongestQuery = 100;
    private const int MostNumbers = 20;

    public override async Task<GetClientResponse> GetClient(GetClientRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.ThrowIfAny();
        return new() { Client = Write(await clients.GetAsync(id, context.Caller(), context.CancellationToken)) };
    }

    public override async Task<FindClientsResponse> FindClients(FindClientsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = new ClientFilter(violations.OptionalText("query", request.Query, LongestQuery));
        var size = PageSize.Read(request.PageSize, violations);
        var after = PageToken.Read<ClientFilter, ClientPlace>(request.PageToken, filter, violations);
        violations.ThrowIfAny();
        var page = await clients.FindAsync(filter, after, size, context.Caller(), context.CancellationToken);
        return new()
        {
            Clients = { page.Clients.Select(Write) },
            NextPageToken = page.Next is { } next ? PageToken.Write(filter, next) : "",
        };
    }

    public override async Task<GetClientOfNumberResponse> GetClientOfNumber(GetClientOfNumberRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var number = Number("number", request.Number, violations);
        violations.ThrowIfAny();
        var client = await clients.OfNumberAsync(number, context.Caller(), context.CancellationToken);
        return new() { Client = client is null ? null : Write(client), Number = number.Digits };
    }

    public override async Task<CreateClientResponse> CreateClient(CreateClientRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        CreatedOnce.Check(request.IdempotencyKey, violations);
        if (request.Kind == Kind.Unspecified)
        {
            violations.Add("kind", ViolationKey.Required);
        }

        var kind = violations.Word("kind", request.Kind);
        var name = violations.Text("name", request.Name, LongestName);
        var responsible = violations.OptionalIdentity("responsible_id", request.ResponsibleId);
        var numbers = Numbers(request.Numbers, violations);
        var asked = new AskedClient(kind ?? "", name, [.. numbers.Select(number => number.Digits)], responsible);
        return new()
        {
            Client = Write(await requests.CreateAsync(asked, numbers, request.IdempotencyKey, context.Caller(), violations, context.CancellationToken)),
        };
    }

    public override async Task<AddClientNumberResponse> AddClientNumber(AddClientNumberRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("client_id", request.ClientId);
        var number = Number("number", request.Number, violations);
        violations.ThrowIfAny();
        return new() { Client = Write(await requests.AddNumberAsync(id, number, context.Caller(), context.CancellationToken)) };
    }

    private static IReadOnlyList<PhoneNumber> Numbers(RepeatedField<string> given, Violations violations)
    {
        if (given.Count == 0)
        {
            violations.Add("numbers", ViolationKey.Required);
        }
        else if (given.Count > MostNumbers)
        {
            violations.Add("numbers", ViolationKey.TooMany, MostNumbers);
            return [];
        }

        return [.. given.Select((text, index) => Number(string.Create(CultureInfo.InvariantCulture, $"numbers[{index}]"), text, violations)).Distinct()];
    }

    private static PhoneNumber Number(string field, string text, Violations violations)
    {
        if (!PhoneNumber.TryParse(text, out var number))
        {
            violations.Add(field, text.Length == 0 ? ViolationKey.Required : ViolationKey.NotANumber);
        }

        return number;
    }

    private static CallCenterCrm.Clients.V1.Client Write(StoredClient client) => new()
    {
        Id = client.Id.ToString(),
        Version = client.Version,
        Kind = Words.Read<Kind>(client.Kind),
        Name = client.Name,
        Numbers = { client.Numbers },
        ResponsibleId = client.ResponsibleId?.ToString() ?? "",
        ResponsibleName = client.ResponsibleName ?? "",
        CreatedAt = client.CreatedAt.ToTimestamp(),
    };
}

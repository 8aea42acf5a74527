using System.Text.Json;
using CallCenterCrm.Clients.V1;
using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Leads.Tests.Support;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Rpc;
using Grpc.Core;
using ClientsClient = CallCenterCrm.Clients.V1.Clients.ClientsClient;

namespace CallCenterCrm.Leads.Tests.Clients;

/// <summary>A client is entered once, his numbers are his alone, and what was a stranger's of them becomes his.</summary>
[Collection(LeadsTests.Name)]
public sealed class CreateTests(LeadsService leads)
{
    [Fact]
    public async Task Who_enters_a_client_is_responsible_for_him_and_the_same_request_again_enters_nobody()
    {
        var me = await leads.EmployAsync("Ольга Лидова");
        var (first, second) = (leads.NewNumber(), leads.NewNumber());
        var request = Person("Иван", $"8 ({first[1..4]}) {first[4..7]}-{first[7..9]}-{first[9..]}", "+" + second, second);
        var made = (await As(me).CreateClientAsync(request)).Client;

        Assert.Equal((1, Kind.Person, "Иван", me.ToString(), "Ольга Лидова"), (made.Version, made.Kind, made.Name, made.ResponsibleId, made.ResponsibleName));
        Assert.Equal([first, second], made.Numbers);
        Assert.Equal(made, (await As(me).CreateClientAsync(request)).Client);
        Assert.Equal(made, (await As(me).GetClientAsync(new() { Id = made.Id })).Client);
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM client_numbers WHERE number = @first", new { first }));

        // The key is spent, and is another caller's to use.
        request.Name = "Пётр";
        Assert.Equal(["idempotency_key KEY_USED_FOR_ANOTHER"], await Refused.FieldsAsync(() => As(me).CreateClientAsync(request)));
        var published = Assert.Single(await PublishedAsync(made.Id));
        Assert.Equal((1, "Иван", me, false), (published.Version, published.Name, published.ResponsibleId, published.Removed));
        Assert.Equal([first, second], published.Numbers);
    }

    [Fact]
    public async Task A_system_enters_nobodys_client_unless_it_says_whose_he_is()
    {
        var olga = await leads.EmployAsync("Ольга");
        var system = leads.As<ClientsClient>(Guid.NewGuid(), kind: "system");
        Assert.Equal("", (await system.CreateClientAsync(Person("А", leads.NewNumber()))).Client.ResponsibleId);
        var hers = Person("Б", leads.NewNumber());
        hers.ResponsibleId = olga.ToString();
        Assert.Equal(olga.ToString(), (await system.CreateClientAsync(hers)).Client.ResponsibleId);
    }

    [Fact]
    public async Task Of_two_who_enter_clients_with_one_number_at_the_same_moment_one_succeeds_and_the_other_learns_of_him()
    {
        for (var round = 0; round < (Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 200 : 20); round++)
        {
            var (common, own) = (leads.NewNumber(), new[] { leads.NewNumber(), leads.NewNumber() });
            var answers = await Task.WhenAll(own.Select(async number =>
            {
                try
                {
                    return (Made: (CreateClientResponse?)await As(Guid.NewGuid()).CreateClientAsync(Person("Клиент", number, common)), Refusal: (RpcException?)null);
                }
                catch (RpcException refusal)
                {
                    return (Made: null, Refusal: refusal);
                }
            }));

            var winner = Assert.Single(answers, answer => answer.Refusal is null).Made!.Client;
            IsTaken(Assert.Single(answers, answer => answer.Refusal is not null).Refusal!, winner.Id, common);
            Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM client_numbers WHERE number = ANY(@own)", new { own }));
        }
    }

    [Fact]
    public async Task A_number_that_is_taken_is_refused_with_whose_it_is()
    {
        var taken = leads.NewNumber();
        var owner = await leads.AddClientAsync("Хозяин", null, taken);
        var request = Person("Другой", leads.NewNumber(), taken);
        IsTaken(await Refused.WithAsync(StatusCode.AlreadyExists, () => As(Guid.NewGuid()).CreateClientAsync(request)), owner.ToString(), taken);

        // Of one who is removed it is free, and the refused key was not spent.
        await leads.ExecuteAsync("UPDATE clients SET removed = true WHERE id = @owner", new { owner });
        Assert.Contains(taken, (await As(Guid.NewGuid()).CreateClientAsync(request)).Client.Numbers);
    }

    [Fact]
    public async Task What_was_a_strangers_becomes_the_clients()
    {
        var me = Guid.NewGuid();
        var (number, second) = (leads.NewNumber(), leads.NewNumber());
        var (missed, ringing) = (Calls.MissedAt(number, DateTimeOffset.UtcNow.AddMinutes(-5)), Calls.Ringing(second, at: DateTimeOffset.UtcNow));
        await leads.TellAsync(missed, Calls.MissedAt(second, DateTimeOffset.UtcNow.AddMinutes(-3)), ringing);
        var client = new Guid((await As(me).CreateClientAsync(Person("Бывший незнакомец", number, second))).Client.Id);

        // One duty to ring back, for both numbers; both leads closed, with their calls; the history is the client's.
        var open = await leads.QueryAsync<Guid>("SELECT id FROM callbacks WHERE client_id = @client AND closed_at IS NULL AND responsible_id = @me", new { client, me });
        Assert.Equal(2, await leads.CountAsync("SELECT count(*) FROM callback_misses WHERE callback_id = @id", new { id = Assert.Single(open) }));
        Assert.Equal(2, await leads.CountAsync("SELECT count(*) FROM leads WHERE client_id = @client AND closed_at IS NOT NULL", new { client }));
        Assert.Equal(3, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE client_id = @client AND lead_id IS NOT NULL", new { client }));

        // The call in which he was entered settles it all, and stays with its lead.
        await leads.TellAsync(Calls.TalkedUntil(second, DateTimeOffset.UtcNow.AddMinutes(2)) with { CallId = ringing.CallId });
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE client_id = @client AND closed_at IS NULL", new { client }));
        Assert.Equal(2, await leads.CountAsync("SELECT count(*) FROM leads WHERE number IN (@number, @second)", new { number, second }));
    }

    [Fact]
    public async Task A_call_that_begins_while_its_client_is_entered_makes_no_lead_that_stays_open()
    {
        for (var round = 0; round < (Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 200 : 20); round++)
        {
            var number = leads.NewNumber();
            var call = Calls.Ringing(number);
            await Task.WhenAll(leads.TellAsync(call), As(Guid.NewGuid()).CreateClientAsync(Person("Клиент", number)).ResponseAsync);
            Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM leads WHERE number = @number AND closed_at IS NULL", new { number }));
            Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE call_id = @CallId AND client_id IS NOT NULL", call));
        }
    }

    [Fact]
    public async Task A_number_that_is_given_to_a_client_brings_what_was_under_it_and_is_given_once()
    {
        var me = Guid.NewGuid();
        var (number, added) = (leads.NewNumber(), leads.NewNumber());
        var client = (await As(me).CreateClientAsync(Person("Клиент", number))).Client;
        await leads.TellAsync(Calls.MissedAt(added, DateTimeOffset.UtcNow.AddMinutes(-5)));
        var with = (await As(me).AddClientNumberAsync(new() { ClientId = client.Id, Number = "+" + added })).Client;

        Assert.Equal(2, with.Version);
        Assert.Equal([number, added], with.Numbers);
        Assert.Equal(with, (await As(me).AddClientNumberAsync(new() { ClientId = client.Id, Number = added })).Client);
        Assert.Equal([1, 2], (await PublishedAsync(client.Id)).Select(version => version.Version));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE client_id = @id::uuid AND closed_at IS NULL", new { id = client.Id }));

        var other = (await As(me).CreateClientAsync(Person("Другой", leads.NewNumber()))).Client;
        IsTaken(
            await Refused.WithAsync(StatusCode.AlreadyExists, () => As(me).AddClientNumberAsync(new() { ClientId = other.Id, Number = added })), client.Id, added);
    }

    [Fact]
    public async Task A_number_is_given_only_to_a_client_whom_one_sees_and_who_has_not_a_hundred()
    {
        var (olga, oleg) = (await leads.EmployAsync("Ольга"), Guid.NewGuid());
        var client = await leads.AddClientAsync("Клиент Ольги", olga, [.. Enumerable.Range(0, 100).Select(_ => leads.NewNumber())]);
        var request = new AddClientNumberRequest { ClientId = client.ToString(), Number = leads.NewNumber() };
        await Refused.WithAsync(StatusCode.NotFound, () => leads.As<ClientsClient>(oleg, "own").AddClientNumberAsync(request));
        Assert.Equal(["number TOO_MANY"], await Refused.FieldsAsync(() => leads.As<ClientsClient>(olga, "own").AddClientNumberAsync(request)));
    }

    [Fact]
    public async Task What_is_wrong_is_told_at_once_by_field()
    {
        var request = new CreateClientRequest { Name = new string('я', 201), Numbers = { "112", leads.NewNumber(), "" }, ResponsibleId = Guid.NewGuid().ToString() };
        Assert.Equal(
            ["idempotency_key REQUIRED", "kind REQUIRED", "name TOO_LONG", "numbers[0] NOT_A_NUMBER", "numbers[2] REQUIRED", "responsible_id DOES_NOT_EXIST"],
            await Refused.FieldsAsync(() => As(Guid.NewGuid()).CreateClientAsync(request)));
        Assert.Equal(
            ["kind UNKNOWN_WORD", "name REQUIRED", "numbers REQUIRED"],
            await Refused.FieldsAsync(() => As(Guid.NewGuid()).CreateClientAsync(new() { IdempotencyKey = "k", Kind = (Kind)9 })));
        Assert.Equal(["client_id WRONG_FORMAT", "number NOT_A_NUMBER"], await Refused.FieldsAsync(() => As(Guid.NewGuid()).AddClientNumberAsync(new() { ClientId = "x", Number = "y" })));
    }

    private static CreateClientRequest Person(string name, params string[] numbers) =>
        new() { IdempotencyKey = Guid.NewGuid().ToString(), Kind = Kind.Person, Name = name, Numbers = { numbers } };

    private static void IsTaken(RpcException refusal, string client, string number)
    {
        Assert.Equal(StatusCode.AlreadyExists, refusal.StatusCode);
        var info = RichStatus.Of(refusal)!.Detail<ErrorInfo>()!;
        Assert.Equal(("NUMBER_TAKEN", client, number), (info.Reason, info.Metadata["client_id"], info.Metadata["number"]));
    }

    private ClientsClient As(Guid employee) => leads.As<ClientsClient>(employee);

    private async Task<ClientChanged[]> PublishedAsync(string id) =>
    [
        .. (await leads.QueryAsync<string>(
            "SELECT body::text FROM changes WHERE kind = @kind AND body->>'clientId' = @id ORDER BY seq", new { kind = ChangeLog.KindOf(typeof(ClientChanged)), id }))
            .Select(body => JsonSerializer.Deserialize<ClientChanged>(body, ChangeLog.Json)!),
    ];
}

using CallCenterCrm.Clients.V1;
using CallCenterCrm.Leads.Tests.Support;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Grpc.Core;
using ClientsClient = CallCenterCrm.Clients.V1.Clients.ClientsClient;

namespace CallCenterCrm.Leads.Tests.Clients;

/// <summary>Clients are found by any part of the name or number, by those who see them; of the others one learns the name only.</summary>
[Collection(LeadsTests.Name)]
public sealed class FindTests(LeadsService leads)
{
    // Each test finds its own clients by a word of its own.
    private readonly string _word = Guid.NewGuid().ToString("N")[..12];

    [Fact]
    public async Task Who_sees_all_his_team_or_his_own_finds_those_and_nobodys()
    {
        var team = $"команда {_word}";
        var (me, mate, other) = (await leads.EmployAsync("Я", team: team), await leads.EmployAsync("Коллега", team: team), await leads.EmployAsync("Чужой"));
        var (mine, mates, nobodys, others) = (await AddAsync("1", me), await AddAsync("2", mate), await AddAsync("3", null), await AddAsync("4", other));

        Assert.Equal([mine, mates, nobodys, others], await FindAsync(leads.As<ClientsClient>(me)));
        Assert.Equal([mine, mates, nobodys], await FindAsync(leads.As<ClientsClient>(me, "team", team)));
        Assert.Equal([mine, nobodys], await FindAsync(leads.As<ClientsClient>(me, "own")));
        Assert.Equal([], await FindAsync(leads.As<ClientsClient>(Guid.NewGuid(), "own", kind: "system")));
        Assert.Equal([mine, mates, nobodys, others], await FindAsync(leads.As<ClientsClient>(Guid.NewGuid(), kind: "system")));
    }

    [Fact]
    public async Task Of_anothers_client_one_is_told_the_name_and_who_is_responsible_but_no_number()
    {
        var (me, olga) = (Guid.NewGuid(), await leads.EmployAsync("Ольга"));
        var number = leads.NewNumber();
        var client = await leads.AddClientAsync($"Клиент {_word}", olga, number);
        var seen = (await leads.As<ClientsClient>(olga, "own").GetClientAsync(new() { Id = client.ToString() })).Client;
        Assert.Equal([number], seen.Numbers);

        var own = leads.As<ClientsClient>(me, "own");
        var unseen = seen.Clone();
        unseen.Numbers.Clear();
        Assert.Equal(unseen, (await own.GetClientAsync(new() { Id = client.ToString() })).Client);
        Assert.Equal(unseen, (await own.GetClientOfNumberAsync(new() { Number = "8" + number[1..] })).Client);

        // His number cannot be felt out, digit by digit.
        Assert.Empty(await FindAsync(own, number));
        Assert.DoesNotContain(client.ToString(), await FindAsync(own, number[1..]));
    }

    [Fact]
    public async Task A_number_is_found_as_anybody_writes_it_whole_or_in_part()
    {
        var number = leads.NewNumber();
        var client = (await leads.AddClientAsync($"Клиент {_word}", null, "4930" + number[1..], number)).ToString();
        var (area, a, b, c) = (number[1..4], number[4..7], number[7..9], number[9..]);
        foreach (var written in new[]
        {
            number, "+" + number, "8" + number[1..], number[1..], $"+7 ({area}) {a}-{b}-{c}", $"8 {area} {a} {b} {c}", $"tel:+{number}", $"{area}.{a}.{b}{c}", $"+{number} доб. 12",
            $"{a}-{b}-{c}", $"8 ({area}) {a}{b}{c[0]}", $"+7{area}{a}{b}{c[0]}", $"{area} {a} {b}", $"+49 30 {number[1..]}",
        })
        {
            Assert.True((await FindAsync(leads.As<ClientsClient>(Guid.NewGuid()), written)).Contains(client), written);
        }

        Assert.DoesNotContain(client, await FindAsync(leads.As<ClientsClient>(Guid.NewGuid()), "+" + number[1..]));
        Assert.DoesNotContain(client, await FindAsync(leads.As<ClientsClient>(Guid.NewGuid()), $"{number} {_word}"));
    }

    [Fact]
    public async Task The_client_of_a_number_is_told_and_nobody_when_it_is_nobodys()
    {
        var number = leads.NewNumber();
        var reader = leads.As<ClientsClient>(Guid.NewGuid());
        var answer = await reader.GetClientOfNumberAsync(new() { Number = $"+7 {number[1..]}" });
        Assert.Equal((null, number), (answer.Client, answer.Number));
        var client = await leads.AddClientAsync("Клиент", null, number);
        Assert.Equal(client.ToString(), (await reader.GetClientOfNumberAsync(new() { Number = number })).Client.Id);

        await leads.ExecuteAsync("UPDATE clients SET removed = true WHERE id = @client", new { client });
        Assert.Null((await reader.GetClientOfNumberAsync(new() { Number = number })).Client);
        await Refused.WithAsync(StatusCode.NotFound, () => reader.GetClientAsync(new() { Id = client.ToString() }));
        Assert.Equal(["number NOT_A_NUMBER"], await Refused.FieldsAsync(() => reader.GetClientOfNumberAsync(new() { Number = "112" })));
    }

    [Fact]
    public async Task A_name_is_found_by_any_part_whatever_the_letters_size_and_with_or_without_the_dots_of_yo()
    {
        var reader = leads.As<ClientsClient>(Guid.NewGuid());
        var client = (await leads.AddClientAsync($"ООО «Семёнов и сыновья» {_word} 100%_\\", null, leads.NewNumber())).ToString();
        foreach (var part in new[] { "СЕМЕНОВ", "семёнов", "ов и сын", "сыновья» " + _word, "100%_\\", "0%_" })
        {
            Assert.True((await FindAsync(reader, part)).Contains(client), part);
        }

        // What means something in a pattern means itself here.
        Assert.DoesNotContain(client, await FindAsync(reader, "Семенов_и"));
        Assert.DoesNotContain(client, await FindAsync(reader, $"и%{_word}"));
    }

    [Fact]
    public async Task A_strangers_text_stays_text()
    {
        var name = $"<img src=x onerror=alert('{_word}')> \"; DROP TABLE clients; -- \u202e";
        var reader = leads.As<ClientsClient>(Guid.NewGuid());
        var made = (await reader.CreateClientAsync(new() { IdempotencyKey = _word, Kind = Kind.Organisation, Name = name, Numbers = { leads.NewNumber() } })).Client;
        Assert.Equal(name, made.Name);
        Assert.Equal([name], (await reader.FindClientsAsync(new() { Query = "onerror=alert('" + _word })).Clients.Select(client => client.Name));
    }

    [Fact]
    public async Task Pages_follow_the_dictionary_each_client_once_while_others_are_entered()
    {
        var names = new[] { "абрикос", "Ель", "ёлка", "Ёж", "жук", "Zebra", "алыча", "Яблоко" }.SelectMany(name => Enumerable.Repeat(name, 3)).ToArray();
        foreach (var name in names)
        {
            await leads.AddClientAsync($"{name} {_word}", null, leads.NewNumber());
        }

        var reader = leads.As<ClientsClient>(Guid.NewGuid());
        var (seen, request) = (new List<Client>(), new FindClientsRequest { Query = _word.ToUpperInvariant(), PageSize = 5 });
        do
        {
            var page = await reader.FindClientsAsync(request);
            Assert.InRange(page.Clients.Count, 1, 5);
            seen.AddRange(page.Clients);
            request.PageToken = page.NextPageToken;

            // It would shift the pages if they were counted.
            await leads.AddClientAsync($"аа {_word}", null, leads.NewNumber());
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names.Length, seen.Select(client => client.Id).Distinct().Count());
        Assert.Equal(
            new[] { "абрикос", "алыча", "Ёж", "ёлка", "Ель", "жук", "Яблоко", "Zebra" }.Select(name => $"{name} {_word}"), seen.Select(client => client.Name).Distinct());

        request.PageToken = (await reader.FindClientsAsync(request)).NextPageToken;
        request.Query = "другое";
        Assert.Equal(["page_token WRONG_PAGE_TOKEN"], await Refused.FieldsAsync(() => reader.FindClientsAsync(request)));
    }

    private async Task<string> AddAsync(string name, Guid? responsible) =>
        (await leads.AddClientAsync($"{_word} {name}", responsible, leads.NewNumber())).ToString();

    private async Task<IReadOnlyList<string>> FindAsync(ClientsClient reader, string? query = null) =>
        [.. (await reader.FindClientsAsync(new() { Query = query ?? _word })).Clients.Select(client => client.Id)];
}

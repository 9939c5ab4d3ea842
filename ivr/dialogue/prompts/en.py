"""Everything said in English: by the bot, each prompt in its wordings, and by the line while a person is on the way.

What is said after a yes or after digits begins, where that is natural, with a sentence that holds no figure: it was
rendered before the call, and the figures that follow are rendered while it is played.
"""

from datetime import date, datetime

NOTICE = "Hi, this is {company}. You are talking to an A.I. assistant, and the call is recorded."
"""What every call begins with. Nobody listens while the carrier plays it, so it says no more than it must."""

PROMPTS: dict[str, tuple[str, ...]] = {
    # --- the caller's wish ---
    "open.person": ("Say agent, or press zero, at any time for a person.",),
    "open.ask": (
        "So, how can I help?",
        "What can I do for you today?",
        "Tell me in a few words what you're calling about.",
    ),
    "open.example": (
        "You could say, what's my balance, or, I'd like to pay my bill.",
        "I can help with your balance, a payment, your due date or recent transactions.",
    ),
    "open.keys": (
        "You can press one for balance, two to pay, three for due date, four for transactions, or zero for a person.",
        "Press one for balance, two to pay, three for due date, four for transactions, or zero for a person.",
    ),
    "else.ask": ("Anything else I can help with?", "What else can I do for you?", "Is there anything else?"),
    "else.brief": ("Anything else?", "What else?"),
    "else.example": (
        "You could say, my due date, or, that's all.",
        "Say what else you need, or, no thanks.",
    ),
    "else.keys": (
        "Press one for your balance, two to pay, three for your due date, four for transactions, or zero for a person.",
        "You can press one for balance, two to pay, three for due date, four for transactions, or zero for a person.",
    ),
    "unsure.ask": ("Is this about {topic}?", "Are you calling about {topic}?", "So that's about {topic}, right?"),
    "unsure.example": ("Say yes if it's about {topic}, or no.", "Is it about {topic}, yes or no?"),
    "unsure.keys": ("Press one if it's about {topic}, or two if not.", "One for yes, two for no, zero for a person."),
    # --- while the caller waits ---
    "moment": ("One moment.",),
    # --- who is calling ---
    "number.ask": (
        "Sure, what's your account number?",
        "Could you give me your account number?",
        "Please say or key in your account number.",
    ),
    "number.example": (
        "It's the long number on your statement, and you can say it digit by digit, or key it in and press pound.",
        "Please say the account number one digit at a time, or key it in and press pound.",
    ),
    "number.keys": (
        "You can key in your account number and end with the pound key, or press zero for a person.",
        "Key in the account number, then pound, or press zero for a person.",
    ),
    "number.mismatch": (
        "That account number and PIN don't match, so what's your account number, once more?",
        "Those two don't match either, so could you give me the account number again?",
    ),
    "number_ok.ask": (
        "I heard {number}, is that right?",
        "Is your account number {number}?",
        "I have {number}, is that correct?",
    ),
    "number_ok.example": ("Is {number} right, yes or no?", "Say yes if it's {number}, or no."),
    "number_ok.keys": ("Press one if {number} is right, or two if not.", "One if it's {number}, two if not."),
    "pin.ask": (
        "What's your four digit PIN number?",
        "Could you give me your four digit PIN number?",
        "Please say or key in your PIN number.",
    ),
    "pin.example": (
        "You can say the four digits one by one, or key them in.",
        "Please key in your four digit PIN number, or say it one digit at a time.",
    ),
    "pin.keys": (
        "You can key in your four digit PIN number, or press zero for a person.",
        "Key in the four digits of your PIN number, or press zero for a person.",
    ),
    "pin.wrong": (
        "That PIN number doesn't match, could you try it again?",
        "That one doesn't match either, could you try once more?",
    ),
    "pin.keys_or_code": (
        "Key in your four digit PIN number, press one and pound if you don't know it, or zero for a person.",
        "You can key in the four digits, one and pound if you don't have them, or zero for a person.",
    ),
    "code_ok.ask": (
        "I can text a code to {where}, shall I?",
        "Shall I text a code to {where}?",
        "Would you like a code by text, to {where}?",
    ),
    "code_ok.example": ("Say yes and I'll text you a code, or no for a person.", "Shall I text it, yes or no?"),
    "code_ok.keys": (
        "Press one for a code by text, or two for a person.",
        "One sends a code by text, two gets you a person.",
    ),
    "code.ask": (
        "{sent} are the six digits?",
        "What's the six digit code in the text?",
        "Please say or key in the six digits of the code.",
    ),
    "code.again": (
        "I've sent a new one, so what are the six digits?",
        "There's a new one on its way, so what does it say?",
    ),
    "code.again_if": (
        "If there's a number on file, a new one is on its way, so what does it say?",
        "A new one is on its way if we have a number on file, so what does it say?",
    ),
    "code.example": (
        "It's in the text I sent, and you can say the six digits one by one.",
        "Say the six digits of the code, or, I didn't get it.",
    ),
    "code.keys": (
        "Key in the six digits, press one and pound for a new code, or zero for a person.",
        "You can key in the code, one and pound for a new one, or zero for a person.",
    ),
    "code.wrong": (
        "That code doesn't match, could you try it again?",
        "That one doesn't match either, could you try once more?",
    ),
    "verified": ("Thank you.",),
    # --- what the ledger knows ---
    "balance.tell": ("Your balance is {balance}.", "You have a balance of {balance}.", "The balance is {balance}."),
    "due.tell": (
        "{due} is due {day}, and the minimum is {minimum}.",
        "You have {due} due {day}, with a minimum of {minimum}.",
    ),
    "due.none": ("Nothing is due right now.", "You have no payment due."),
    "transactions.tell": ("Here are the latest. {rows}.", "Here they are. {rows}."),
    "transactions.none": ("I see no transactions on your account.", "There are no transactions to read."),
    "more.ask": ("Shall I read the ones before?", "Would you like to hear earlier ones?", "Do you want more?"),
    "more.example": ("Say yes for earlier ones, or no.", "Would you like earlier ones, yes or no?"),
    "more.keys": ("Press one for earlier ones, or two to go on.", "One for more, two to go on, zero for a person."),
    # --- a payment ---
    "amount.ask": (
        "You owe {owed} with a minimum of {minimum}, so how much would you like to pay?",
        "How much would you like to pay?",
        "What amount shall I take?",
    ),
    "amount.example": (
        "You could say, fifty dollars, or, the minimum.",
        "Say an amount, or, the full amount, or, the minimum.",
    ),
    "amount.keys": (
        "Press one for the full amount, two for the minimum, or key in dollars, with star as the point.",
        "One for the full amount, two for the minimum, zero for a person.",
    ),
    "amount.over": (
        "The most I can take is {owed}, how much would you like to pay?",
        "It has to be between one cent and {owed}, so what amount shall I take?",
    ),
    "amount.which": (
        "Which is it, {amounts}?",
        "Is that {amounts}?",
        "Which amount shall I take, {amounts}?",
    ),
    "amount.currency": (
        "I can only take {currency}, so how many {currency} would you like to pay?",
        "It has to be in {currency}, so what amount shall I take?",
    ),
    "source.ask": (
        "From which account: {sources}?",
        "Where should it come from: {sources}?",
        "Which shall I use: {sources}?",
    ),
    "source.example": ("You could say, from {first}, or, by card.", "Just name one: {sources}."),
    "source.keys": ("Press {keys}.", "You can press {keys}, and zero is for a person."),
    "date.ask": (
        "Shall I make it today, or on another day?",
        "Which day should it go out?",
        "What date would you like?",
    ),
    "date.example": ("You could say, today, or, next Friday.", "Say today, tomorrow, or a date."),
    "date.keys": (
        "Press one for today, two for tomorrow, or key in month and day.",
        "One for today, two for tomorrow, zero for a person.",
    ),
    "date.which": ("Which day is it, {days}?", "Is that {days}?"),
    "date.outside": (
        "I can take payments from today until {latest}, which day would you like?",
        "It has to be from today until {latest}, so which day?",
    ),
    "agreed.ask": (
        "That's {amount} {source}, {day}, shall I go ahead?",
        "I'll take {amount} {source}, {day}, is that right?",
        "So it's {amount} {source}, {day}, yes?",
    ),
    "agreed.example": (
        "Say yes to pay {amount} {source}, {day}, or no to change it.",
        "Shall I pay {amount} {source}, {day}, yes or no?",
    ),
    "agreed.keys": (
        "Press one to pay {amount} {source}, {day}, or two to change it.",
        "One to pay {amount} {source}, {day}, two to change it, zero for a person.",
    ),
    "change.ask": (
        "What should I change: the amount, the account or the day?",
        "Which part shall I change: amount, account or day?",
        "Tell me what to change: amount, account or day.",
    ),
    "change.example": (
        "You could say, make it sixty dollars, or, tomorrow instead.",
        "Say the new amount, account or day, or say cancel.",
    ),
    "change.keys": (
        "Press one for the amount, two for the account, three for the day, or zero for a person.",
        "One changes the amount, two the account, three the day.",
    ),
    "payment.done": (
        "It's paid. Your confirmation number is {confirmation}.",
        "It went through. That's {amount} paid, confirmation number {confirmation}.",
        "That's paid. The confirmation number is {confirmation}.",
    ),
    "payment.scheduled": (
        "All set. It goes out {day}, and your confirmation number is {confirmation}.",
        "It's scheduled. That's {amount} for {day}, confirmation number {confirmation}.",
        "That's set. The confirmation number is {confirmation}.",
    ),
    "payment.taken": ("Your card payment of {amount} went through.", "That's {amount} paid by card."),
    "payment.nothing": ("You don't owe anything right now.", "There's nothing to pay at the moment."),
    "refused.insufficient": (
        "I couldn't pay that. There isn't enough {source} for it.",
        "It wasn't paid. There isn't enough {source} for that.",
    ),
    "refused.limit": (
        "That's more than I may take in one payment, so I haven't paid it.",
        "It wasn't paid, as it's above the limit for one payment.",
    ),
    "card.lead": (
        "Now for your card, which you'll key in.",
        "Let's take your card again, on your keys.",
    ),
    "card.declined": (
        "The card didn't go through, and nothing was charged.",
        "That card was not charged either.",
    ),
    "receipt.ask": ("Shall I text you that?", "Would you like that by text message?", "Should I send it as a text?"),
    "receipt.example": ("Say yes and I'll text it, or no.", "Shall I text it, yes or no?"),
    "receipt.keys": ("Press one to get it by text, or two if not.", "One for a text message, two for none."),
    "receipt.sent": ("I'm sending it to your number on file.", "It goes to your number on file."),
    # --- the end ---
    "rating.ask": (
        "Before you go, how was this call, from one to five?",
        "How would you rate this call, from one to five?",
        "From one to five, how was it?",
    ),
    "rating.example": ("Five is best, one is worst.", "Just say a number from one to five."),
    "rating.keys": ("You can press a key from one to five.", "Press one to five."),
    "goodbye": ("Thanks for calling, goodbye.", "Thank you, and goodbye."),
    # --- repair ---
    "repair.sorry": ("Sorry, I missed that.", "Sorry, I didn't catch that."),
    "repair.odd": ("I'm not sure I can help with that.", "That may not be something I can do."),
    "repair.there": ("Are you still there?", "Can you hear me?"),
    "repair.wait": ("Take your time.", "No rush, I'm here."),
    "repair.smalltalk": ("Happy to help.", "I'm glad to help."),
    "repair.cancelled": ("Okay, I've dropped that.", "All right, I've left that."),
    "repair.unpaid": ("Okay, nothing was paid.", "All right, no payment was made."),
    "repair.back": ("Back to {topic}:", "Now, {topic} again:"),
    "repair.resumed": ("Sorry, we lost the sound for a moment.", "Sorry, the sound dropped again."),
    "recording.off": ("Okay, this call is not recorded any more.",),
    "repair.looking": ("I'm still looking that up.", "Still looking, one moment."),
    # --- to a person ---
    "person.asked": ("Of course, I'll get someone for you.",),
    "person.unclear": ("Let me get someone who can help you better.",),
    "person.silent": ("I can't hear you, so I'll get someone to help.",),
    "person.upset": ("I'm sorry about this, and I'll get someone for you right away.",),
    "person.verification": ("No problem, I'll get someone who can check that with you.",),
    "person.fault": ("I'm sorry, I can't reach that right now, so I'll get someone for you.",),
    "person.doubt": (
        "I'm sorry, I can't tell yet whether that payment has gone through, so I'll get someone who will check.",
    ),
    "person.supervisor": ("One moment, a colleague of mine will go on with you.",),
    "person.braked": ("I'll get someone who can do that with you.",),
    "person.language": ("I'll get someone for you right away.",),
    "person.intent": ("I'll get someone who can help with {topic}.",),
}

TOPICS: dict[str, str] = {
    "balance": "your balance",
    "payment": "making a payment",
    "due_date": "when your payment is due",
    "transactions": "your recent transactions",
    "card_problem": "your card",
    "dispute": "that dispute",
    "other_banking": "that",
    "out_of_scope": "that",
}
"""What callers call with, by intent: in "Is this about {topic}?". One that no flow is started by brings a person."""

LINE: dict[str, str] = {
    "one_moment": "One moment, please.",
    "goodbye": "Thank you for calling. Goodbye.",
    "parting": "Your call with our agent has ended. If you are done, thank you for calling, and just hang up. "
    "If you were cut off, stay on the line, and I will get you somebody again.",
    # --- the queue ---
    "queue.next": "You are next in the queue.",
    "queue.place": "You are number {place} in the queue.",
    "queue.wait": "Callers like you lately waited {wait}.",
    "queue.unrecorded": "This call is not recorded any more.",
    "queue.zero": "Press zero, and we will call you back.",
    # --- nobody is free ---
    "offers.busy": "I am sorry. Nobody is free to talk to you just now.",
    "offers.closed": "I am sorry. We are closed just now. We open {opens}.",
    "offers.choice": "Press 1, and we will call you back. Press 2 to leave a message.",
    # --- an agent comes free meanwhile ---
    "agent.free": "An agent is free now. One moment, please.",
    "agent.rings": "An agent's phone is ringing for you just now. One moment, please.",
    "agent.lost": "I am sorry, the agent could not be reached after all. What you have said so far is kept.",
    # --- the call-back ---
    "call_back.own": "We will call you back at {number}, and you keep your place in the queue.",
    "call_back.own_choice": "Press 1 if that is right, 2 for another number, or 3 to leave a message.",
    "call_back.key": "Please key in the number we should call, then press pound.",
    "call_back.wrong": "That is not a number that we can call.",
    "call_back.refused": "I am sorry, I cannot promise another call to that number today. "
    "Press 1 for another number, or leave a message after this.",
    "call_back.confirm": "I have {number}. Press 1 if that is right, or 2 to key it in again.",
    "call_back.booked": "Thank you. We will call you back as soon as it is your turn. Goodbye.",
    "call_back.booked_closed": "Thank you. We will call you back when we open, {opens}. Goodbye.",
    "call_back.hello": "Hello. This is the call back that you asked for. It is recorded. "
    "One moment, I am connecting you.",
    "call_back.hello_from": "Hello. This is the call back from {company} that you asked for. It is recorded. "
    "One moment, I am connecting you.",
    "call_back.missed": "I am sorry, our colleague is not there any more. We will call you again. Goodbye.",
    # --- brought into a call from outside ---
    "transfer.recorded": "Before you begin: this call is recorded.",
    # --- the message ---
    "message.ask": "I am sorry, nobody is free just now. Please leave your message after the tone, "
    "and we will call you back. Press pound when you are done.",
    "message.thanks": "Thank you. We have your message and will call you back. Goodbye.",
    "message.none": "You can call us again at any time. Goodbye.",
    # --- a fault of ours ---
    "fault.person": "I am sorry, something went wrong on our side. I will get a person for you.",
    "fault.message": "I am sorry, we have a fault on our side. Please leave your name, your number and your message "
    "after the tone, and a person will call you back.",
}


class English:
    later = "later"
    this_phone = "the phone that you are calling from"

    def minutes(self, count: int) -> str:
        return "about a minute" if count == 1 else f"about {count} minutes"

    def place(self, position: int) -> str:
        return str(position)

    def opening(self, local: datetime, today: date) -> str:
        days = (local.date() - today).days
        named = f"on {local:%A}" if days < 7 else f"on {local:%A, %B} {local.day}"
        minutes = f":{local.minute:02d}" if local.minute else ""
        half = "AM" if local.hour < 12 else "PM"
        day = {0: "today", 1: "tomorrow"}.get(days, named)
        return f"{day} at {local.hour % 12 or 12}{minutes} {half}"


LOCALE = English()
